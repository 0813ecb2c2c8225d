# Say here what is to be done.
{
  f = null;
}
