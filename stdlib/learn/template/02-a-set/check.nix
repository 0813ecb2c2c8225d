answer: {
  "what is to hold" = {
    expr = answer.x;
    expected = 1;
  };
}
