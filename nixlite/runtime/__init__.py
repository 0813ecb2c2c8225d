"""What running code stands on: values, thunks, calls, operators, printing, the host."""
