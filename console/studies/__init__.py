"""Pure analytics on live data: arrays in, typed readings out."""
