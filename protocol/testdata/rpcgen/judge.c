/*
 * The C side of TestRPCGen. Reads records from standard input until it ends:
 *
 *     uint32 number of the type, uint32 length, that many bytes
 *
 * (big endian), decodes the bytes with rpcgen's codec of that type, encodes
 * what came out, and answers:
 *
 *     uint32 1, uint32 bytes used, uint32 length, that many bytes
 *
 * or, when the bytes do not decode, uint32 0.
 *
 * types.h is made by the test: the table of all types.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol.h"

struct type {
    const char *name;
    size_t size;
    xdrproc_t codec;
};

static const struct type types[] = {
#define TYPE(t) {#t, sizeof(t), (xdrproc_t)xdr_##t},
#include "types.h"
};

enum { MOST = 1 << 24 };

static void put(uint32_t v)
{
    v = htonl(v);
    fwrite(&v, sizeof v, 1, stdout);
}

static int get(uint32_t *v)
{
    if (fread(v, sizeof *v, 1, stdin) != 1)
        return 0;
    *v = ntohl(*v);
    return 1;
}

int main(void)
{
    char *in = malloc(MOST), *out = malloc(MOST);
    uint32_t number, length;

    while (get(&number)) {
        const struct type *t = &types[number];
        XDR decode, encode;
        void *value;

        if (!get(&length) || length > MOST || number >= sizeof types / sizeof types[0] ||
            fread(in, 1, length, stdin) != length) {
            fprintf(stderr, "bad record\n");
            return 1;
        }
        value = calloc(1, t->size);
        xdrmem_create(&decode, in, length, XDR_DECODE);
        if (t->codec(&decode, value)) {
            xdrmem_create(&encode, out, MOST, XDR_ENCODE);
            if (!t->codec(&encode, value)) {
                fprintf(stderr, "%s decodes but does not encode\n", t->name);
                return 1;
            }
            put(1);
            put(xdr_getpos(&decode));
            put(xdr_getpos(&encode));
            fwrite(out, 1, xdr_getpos(&encode), stdout);
        } else {
            put(0);
        }
        fflush(stdout);
        xdr_free(t->codec, value);
        free(value);
    }
    return 0;
}
