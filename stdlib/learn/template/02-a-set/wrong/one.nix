# There is no 2 in it.
{
  x = 2;
}
