"""Where answers come from: an endpoint, the embedded model, or the call store."""
