answer: {
  "a greeting of one's own" = {
    expr = answer.greet {
      name = "Ada";
      greeting = "Good morning";
    };
    expected = "Good morning, Ada!";
  };
  "Hello where none is given" = {
    expr = answer.greet { name = "Ada"; };
    expected = "Hello, Ada!";
  };
  "more than is wanted does not matter" = {
    expr = answer.greet {
      name = "Ada";
      age = 36;
    };
    expected = "Hello, Ada!";
  };
  "a name has to be given" = {
    expr = (builtins.functionArgs answer.greet).name or "is not named before the colon";
    expected = false;
  };
}
