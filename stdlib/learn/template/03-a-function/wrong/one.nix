# The function was not called.
{
  f = x: x;
}
