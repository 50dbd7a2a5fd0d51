"""The stack of one run: Kafka, PostgreSQL, proxies, a mailbox, small disks, every role as a process of its own."""
