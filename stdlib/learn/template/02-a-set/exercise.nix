# Say here what is to be done.
{
  x = null;
}
