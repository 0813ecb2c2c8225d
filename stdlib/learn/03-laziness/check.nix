answer: {
  "pick true gives the first" = {
    expr = answer.pick true 1 (throw "the second was computed");
    expected = 1;
  };
  "pick false gives the second" = {
    expr = answer.pick false (throw "the first was computed") 2;
    expected = 2;
  };
  "firstOr of a list" = {
    expr = answer.firstOr (throw "the value was computed") [
      7
      (throw "the second item was computed")
    ];
    expected = 7;
  };
  "firstOr of an empty list" = {
    expr = answer.firstOr 0 [ ];
    expected = 0;
  };
  "mixed has two names" = {
    expr = builtins.attrNames answer.mixed;
    expected = [
      "bad"
      "good"
    ];
  };
  "mixed.good can be read" = {
    expr = answer.mixed.good;
    expected = 1;
  };
  "mixed.bad fails when it is asked for" = {
    expr = (builtins.tryEval answer.mixed.bad).success;
    expected = false;
  };
}
