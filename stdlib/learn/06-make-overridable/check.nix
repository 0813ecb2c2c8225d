answer:
let
  res = answer.makeOverridable ({ a, b }: { result = a + b; }) {
    a = 3;
    b = 5;
  };
in
{
  "the result is there" = {
    expr = res.result;
    expected = 8;
  };
  "there is an override" = {
    expr = res ? override;
    expected = true;
  };
  "override a" = {
    expr = (res.override { a = 10; }).result;
    expected = 15;
  };
  "override b" = {
    expr = (res.override { b = 1; }).result;
    expected = 4;
  };
  "nothing else is in it" = {
    expr = removeAttrs (res.override { a = 10; }) [ "override" ];
    expected.result = 15;
  };
  "override both" = {
    expr =
      (res.override {
        a = 1;
        b = 1;
      }).result;
    expected = 2;
  };
}
