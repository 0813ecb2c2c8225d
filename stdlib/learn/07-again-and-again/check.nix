answer:
let
  res = answer.makeOverridable ({ a, b }: { result = a + b; }) {
    a = 3;
    b = 5;
  };
in
{
  "once" = {
    expr = (res.override { a = 10; }).result;
    expected = 15;
  };
  "twice: both changes hold" = {
    expr = ((res.override { a = 10; }).override { b = 20; }).result;
    expected = 30;
  };
  "three times: the last one counts" = {
    expr = (((res.override { a = 10; }).override { b = 20; }).override { a = 0; }).result;
    expected = 20;
  };
  "with a function of the old arguments" = {
    expr = (res.override (old: { a = old.a + 1; })).result;
    expected = 9;
  };
  "a function sees earlier overrides" = {
    expr = ((res.override { a = 10; }).override (old: { b = old.a * 2; })).result;
    expected = 30;
  };
}
