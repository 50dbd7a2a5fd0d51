"""From the outbox to Kafka: the only code that publishes (delivery.md, "The outbox and the relay")."""
