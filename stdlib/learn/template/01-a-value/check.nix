answer: {
  "what is to hold" = {
    expr = answer.two;
    expected = 2;
  };
}
