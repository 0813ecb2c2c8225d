# Where `mirror://NAME/…` is.
{
  gcc = "https://ftp.gnu.org/gnu/gcc/";
  gnu = "https://ftp.gnu.org/gnu/";
  pypi = "https://files.pythonhosted.org/packages/source/";
  savannah = "https://download.savannah.gnu.org/releases/";
  sourceforge = "https://downloads.sourceforge.net/";
  xorg = "https://xorg.freedesktop.org/releases/";
}
