"""PostgreSQL and Apache Kafka on this machine as child processes: no container, no root, nothing installed by hand."""
