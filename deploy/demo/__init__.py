"""`make demo`: invented people, partners, coordinators and readers of reports, speaking HTTP like everybody else."""
