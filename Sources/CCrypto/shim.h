// OpenSSL 3 marks the SHA256_* functions deprecated in favour of EVP, which allocates a context
// and looks its algorithm up on every use. They are the same processor instructions without
// either, so they are wrapped here, out of the deprecation's reach.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stddef.h>
#include <openssl/sha.h>

static inline void baton_sha256_begin(SHA256_CTX *context) { SHA256_Init(context); }

static inline void baton_sha256_add(SHA256_CTX *context, const void *bytes, size_t count) {
    SHA256_Update(context, bytes, count);
}

static inline void baton_sha256_end(SHA256_CTX *context, unsigned char *digest) {
    SHA256_Final(digest, context);
}
