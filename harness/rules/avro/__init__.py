"""What a reader and a writer of Avro agree on."""
