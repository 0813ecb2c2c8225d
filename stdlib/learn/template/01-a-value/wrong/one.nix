# You added one too many.
{
  two = 3;
}
