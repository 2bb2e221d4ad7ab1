"""Sources of answers: endpoints, the embedded model, and the call store."""
