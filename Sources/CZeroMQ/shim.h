#include <zmq.h>

// Debian's zmq.h lists this option for draft builds only; the library itself honours it always.
#define BATON_ZMQ_ZAP_ENFORCE_DOMAIN 93
