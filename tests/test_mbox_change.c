#include "tests/mbox_rig.h"
int main(void) { return 0; }
