answer: {
  "what is to hold" = {
    expr = answer.f 1;
    expected = 2;
  };
}
