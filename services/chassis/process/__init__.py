"""Running a service's roles in one process: start order, signals, drain, hard exit, the progress watchdog."""
