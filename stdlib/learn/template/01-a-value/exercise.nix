# Say here what is to be done.
{
  two = null;
}
