"""The MQTT adapter: turns what arrives into work for the service, and its news into messages."""
