/*
 * Inverted dropout on float32 as Lanedrop does it, bit for bit, in C with AVX-512 intrinsics: what a compiler and a
 * programmer reach who may use any instruction. It is there to be measured against and no part of the library.
 *
 *   dst[k] = kept(first + k) ? src[k] * scale : +0
 *
 * Which elements are kept is MaskStream v1, see the manual of io.github.lanedrop.kernels: eight elements at once are one
 * of 256 patterns; a byte of Philox4x32-10 picks a column of an alias table, a second byte decides between the column and
 * its alias, and where it does not (once in 256 times) 24 bits of another Philox block do. At rate one half the bytes are
 * the patterns.
 *
 * A chunk of 4096 elements goes through three stages: its patterns are drawn, the undecided ones are refined, it is
 * applied. Each stage works on another chunk, so that the CPU computes while it waits for memory.
 *
 * Needs AVX-512 F, BW, CD and VBMI.
 */
#include <immintrin.h>
#include <stdint.h>

#define M0 0xD2511F53u
#define M1 0xCD9E8D57u
#define W0 0x9E3779B9u
#define W1 0xBB67AE85u
#define ROUNDS 10

enum {
    COLUMNS = 256,
    LANES = 8,       /* Philox blocks a vector */
    BLOCK_BYTES = 16,
    UNIT = 2 * 512,  /* elements that are drawn together: two vectors of patterns */
    CHUNK = 4096     /* elements */
};

#define PAST_CACHE_BYTES (24ull << 20) /* what hardly fits into a cache beside what is read */
#define ONE (1ull << 32)
#define REFINEMENT (1ull << 63) /* bit 31 of counter word c3 */
#define INLINE static inline __attribute__((always_inline))

/* What is derived from a rate once. */
typedef struct {
    uint8_t cut_high[COLUMNS]; /* the upper eight bits of cut */
    uint8_t alias[COLUMNS];
    uint32_t cut[COLUMNS]; /* a column stands for itself with a probability of cut / 2^32 */
    uint64_t threshold;    /* probability to drop, times 2^32 */
    float scale;
} lanedrop_rate;

/* What identifies a mask, with the Philox key of every round. */
typedef struct {
    uint64_t stream, k0[ROUNDS], k1[ROUNDS];
} mask_key;

/* The patterns of a chunk and what is open about them. */
typedef struct {
    _Alignas(64) uint64_t keep[CHUNK / 64]; /* a byte a pattern, a bit an element */
    _Alignas(64) uint8_t column[CHUNK / 8];
    _Alignas(64) uint64_t undecided[LANES]; /* a bit a pattern */
} chunk_bits;

/* ---- the table of a rate ---- */

/* floor(keep^kept * drop^(8 - kept) / 2^216), for keep and drop below 2^32 */
static uint64_t weight(uint32_t keep, uint32_t drop, int kept) {
    uint32_t product[8] = {1}; /* 256 bits, lowest first */
    for (int factor = 0; factor < 8; factor++) {
        uint64_t carry = 0;
        for (int i = 0; i < 8; i++) {
            carry += (uint64_t) product[i] * (factor < kept ? keep : drop);
            product[i] = (uint32_t) carry;
            carry >>= 32;
        }
    }
    return (uint64_t) product[7] << 8 | product[6] >> 24;
}

uint64_t lanedrop_rate_bytes(void) {
    return sizeof(lanedrop_rate);
}

void lanedrop_rate_init(lanedrop_rate *rate, uint64_t threshold) {
    rate->threshold = threshold;
    rate->scale = (float) ((double) ONE / (double) (ONE - threshold));
    if (threshold == 0 || threshold == ONE) {
        return;
    }
    uint64_t weights[COLUMNS], sum = 0;
    for (int c = 0; c < COLUMNS; c++) {
        sum += weights[c] = weight((uint32_t) (ONE - threshold), (uint32_t) threshold, __builtin_popcount(c));
    }
    weights[ONE - threshold >= threshold ? COLUMNS - 1 : 0] += (ONE << 8) - sum;
    int small[COLUMNS], large[COLUMNS], smalls = 0, larges = 0;
    for (int c = 0; c < COLUMNS; c++) {
        rate->cut[c] = 0;
        rate->alias[c] = (uint8_t) c;
        if (weights[c] < ONE) {
            small[smalls++] = c;
        } else {
            large[larges++] = c;
        }
    }
    while (smalls > 0 && larges > 0) {
        int s = small[--smalls], l = large[larges - 1];
        rate->cut[s] = (uint32_t) weights[s];
        rate->alias[s] = (uint8_t) l;
        weights[l] -= ONE - weights[s];
        if (weights[l] < ONE) {
            small[smalls++] = l;
            larges--;
        }
    }
    for (int c = 0; c < COLUMNS; c++) {
        rate->cut_high[c] = (uint8_t) (rate->cut[c] >> 24);
    }
}

/* ---- Philox4x32-10, a block a 64-bit lane, each word in the lower half of its lane ---- */

INLINE __m512i broadcast(uint64_t word) {
    return _mm512_set1_epi64((long long) word);
}

INLINE __m512i xor3(__m512i a, __m512i b, __m512i c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

typedef struct {
    __m512i c0, c1, c2, c3;
} counters;

/* What eight blocks become: c1 in the lower and c0 in the upper half of each lane, and so c3 and c2. */
typedef struct {
    __m512i c10, c32;
} words;

INLINE counters next_round(counters c, __m512i k0, __m512i k1) {
    __m512i p0 = _mm512_mul_epu32(c.c0, broadcast(M0)), p1 = _mm512_mul_epu32(c.c2, broadcast(M1));
    return (counters) {
        xor3(_mm512_srli_epi64(p1, 32), c.c1, k0), p1, xor3(_mm512_srli_epi64(p0, 32), c.c3, k1), p0};
}

/* c0 and c2 come to the upper halves, where the products have them. */
INLINE words last_round(counters c, __m512i k0, __m512i k1) {
    return (words) {
        xor3(_mm512_mul_epu32(c.c2, broadcast(M1)), _mm512_slli_epi64(c.c1, 32), _mm512_slli_epi64(k0, 32)),
        xor3(_mm512_mul_epu32(c.c0, broadcast(M0)), _mm512_slli_epi64(c.c3, 32), _mm512_slli_epi64(k1, 32))};
}

/* The words of any eight blocks. */
INLINE words philox(__m512i block, const mask_key *key, uint64_t domain) {
    uint64_t high = key->stream | domain;
    counters c = {block, _mm512_srli_epi64(block, 32), broadcast(high), broadcast(high >> 32)};
#pragma GCC unroll 10
    for (int round = 0; round < ROUNDS - 1; round++) {
        c = next_round(c, broadcast(key->k0[round]), broadcast(key->k1[round]));
    }
    return last_round(c, broadcast(key->k0[ROUNDS - 1]), broadcast(key->k1[ROUNDS - 1]));
}

/*
 * The words of two times eight consecutive blocks, the first a multiple of 16. They differ in c0 alone, so that in each of
 * the first two rounds one of the two products is a number, and the other product of the first is a sum.
 */
INLINE void philox_run(uint64_t first, const mask_key *key, words made[2]) {
    const __m512i products = _mm512_set_epi64(7ll * M0, 6ll * M0, 5ll * M0, 4ll * M0, 3ll * M0, 2ll * M0, M0, 0);
    uint64_t number1 = (uint64_t) M1 * (uint32_t) key->stream;
    uint64_t number0 = (uint64_t) M0 * (uint32_t) (number1 >> 32 ^ first >> 32 ^ key->k0[0]);
    counters c[2];
    for (int i = 0; i < 2; i++) {
        __m512i p0 = _mm512_add_epi64(broadcast((uint64_t) M0 * ((uint32_t) first + 8u * (unsigned) i)), products);
        __m512i c2 = _mm512_xor_si512(_mm512_srli_epi64(p0, 32), broadcast(key->stream >> 32 ^ key->k1[0]));
        __m512i p1 = _mm512_mul_epu32(c2, broadcast(M1));
        c[i] = (counters) {_mm512_xor_si512(_mm512_srli_epi64(p1, 32), broadcast(number1 ^ key->k0[1])), p1,
            _mm512_xor_si512(p0, broadcast(number0 >> 32 ^ key->k1[1])), broadcast(number0)};
    }
#pragma GCC unroll 10
    for (int round = 2; round < ROUNDS - 1; round++) {
        __m512i k0 = broadcast(key->k0[round]), k1 = broadcast(key->k1[round]);
        c[0] = next_round(c[0], k0, k1);
        c[1] = next_round(c[1], k0, k1);
    }
    __m512i k0 = broadcast(key->k0[ROUNDS - 1]), k1 = broadcast(key->k1[ROUNDS - 1]);
    made[0] = last_round(c[0], k0, k1);
    made[1] = last_round(c[1], k0, k1);
}

/* ---- draw ---- */

/* Where byte n of the byte stream of eight blocks is in the two vectors that philox makes. */
static uint8_t place(int n) {
    int block = n / BLOCK_BYTES, word = n % BLOCK_BYTES / 4;
    return (uint8_t) ((word / 2 * 64) + (block * 8) + (word % 2 ? 0 : 4) + (n % 4));
}

static _Alignas(64) uint8_t columns_at[64], fractions_at[64], first_bytes[64], last_bytes[64];

__attribute__((constructor)) static void fill_places(void) {
    for (int i = 0; i < 64; i++) {
        columns_at[i] = place(2 * i);
        fractions_at[i] = place(2 * i + 1);
        first_bytes[i] = place(i);
        last_bytes[i] = place(64 + i);
    }
}

INLINE __m512i look_up(const __m512i table[4], __m512i at, __mmask64 upper) {
    return _mm512_mask_blend_epi8(upper, _mm512_permutex2var_epi8(table[0], at, table[1]),
            _mm512_permutex2var_epi8(table[2], at, table[3]));
}

/* The patterns of a unit, drawn by two bytes each. */
INLINE void draw_unit(const lanedrop_rate *rate, const mask_key *key, uint64_t pattern, chunk_bits *bits, int unit) {
    const __m512i *cuts = (const __m512i *) rate->cut_high, *aliases = (const __m512i *) rate->alias;
    __m512i cut[4], alias[4];
    for (int i = 0; i < 4; i++) {
        cut[i] = _mm512_loadu_si512(cuts + i);
        alias[i] = _mm512_loadu_si512(aliases + i);
    }
    words made[2];
    philox_run(pattern / 8, key, made);
    for (int i = 0; i < 2; i++) {
        __m512i column = _mm512_permutex2var_epi8(made[i].c10, _mm512_load_si512(columns_at), made[i].c32);
        __m512i fraction = _mm512_permutex2var_epi8(made[i].c10, _mm512_load_si512(fractions_at), made[i].c32);
        __mmask64 upper = _mm512_movepi8_mask(column);
        __m512i bound = look_up(cut, column, upper);
        __m512i other = look_up(alias, column, upper);
        __mmask64 own = _mm512_cmplt_epu8_mask(fraction, bound);
        _mm512_store_si512(bits->keep + (16 * unit) + (8 * i), _mm512_mask_blend_epi8(own, other, column));
        _mm512_store_si512(bits->column + (128 * unit) + (64 * i), column);
        bits->undecided[2 * unit + i] = _mm512_cmpeq_epu8_mask(fraction, bound);
    }
}

/* The patterns of two units at rate one half: they are the bytes. */
INLINE void draw_half(const mask_key *key, uint64_t pattern, chunk_bits *bits, int unit) {
    const __m512i first = _mm512_load_si512(first_bytes), last = _mm512_load_si512(last_bytes);
    words made[2];
    philox_run(pattern / 16, key, made);
    for (int i = 0; i < 2; i++) {
        uint64_t *keep = bits->keep + (16 * unit) + (16 * i);
        _mm512_store_si512(keep, _mm512_permutex2var_epi8(made[i].c10, first, made[i].c32));
        _mm512_store_si512(keep + 8, _mm512_permutex2var_epi8(made[i].c10, last, made[i].c32));
    }
}

/* ---- refine ---- */

/* Decides the open patterns of a chunk, the first of each 64 at once. */
INLINE void refine(const lanedrop_rate *rate, const mask_key *key, uint64_t pattern, chunk_bits *bits) {
    const __m512i groups = _mm512_set_epi64(448, 384, 320, 256, 192, 128, 64, 0);
    uint8_t *patterns = (uint8_t *) bits->keep;
    __m512i open = _mm512_load_si512(bits->undecided);
    while (_mm512_test_epi64_mask(open, open) != 0) {
        __m512i rest = _mm512_and_si512(open, _mm512_sub_epi64(open, broadcast(1)));
        __m512i bit = _mm512_sub_epi64(broadcast(63), _mm512_lzcnt_epi64(_mm512_andnot_si512(rest, open)));
        __m512i at = _mm512_add_epi64(groups, bit);
        words made = philox(_mm512_add_epi64(broadcast(pattern), at), key, REFINEMENT);
        uint64_t places[LANES], fractions[LANES];
        _mm512_storeu_si512(places, at);
        _mm512_storeu_si512(fractions, _mm512_srli_epi64(made.c10, 40));
        for (unsigned lanes = _mm512_test_epi64_mask(open, open); lanes != 0; lanes &= lanes - 1) {
            int lane = __builtin_ctz(lanes);
            uint8_t column = bits->column[places[lane]];
            if (fractions[lane] < (rate->cut[column] & 0xFFFFFF)) {
                patterns[places[lane]] = column; /* it holds the alias */
            }
        }
        open = rest;
    }
}

/* ---- apply ---- */

/* Where the cache is too small for the result anyway, it is written past it: memory need not be read before. */
INLINE void apply_unit(const float *src, float *dst, __m512 scale, const uint64_t *keep, int past_cache) {
    for (int word = 0; word < UNIT / 64; word++) {
        uint64_t kept = keep[word];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            const int at = 64 * word + 16 * i;
            __m512 y = _mm512_maskz_mul_ps((__mmask16) (kept >> 16 * i), _mm512_loadu_ps(src + at), scale);
            if (past_cache) {
                _mm512_stream_ps(dst + at, y);
            } else {
                _mm512_storeu_ps(dst + at, y);
            }
        }
    }
}

/* ---- the three together ---- */

/* A unit of a chunk; at rate one half the even ones draw the odd ones too. */
INLINE void draw(const lanedrop_rate *rate, const mask_key *key, uint64_t first, chunk_bits *bits, int unit, int half) {
    if (!half) {
        draw_unit(rate, key, first / 8 + 128 * unit, bits, unit);
    } else if (unit % 2 == 0) {
        draw_half(key, first / 8 + 128 * unit, bits, unit);
    }
}

/* Whole chunks, from an element of the mask that begins one. */
INLINE void chunks(const lanedrop_rate *rate, const mask_key *key, uint64_t first, const float *src, float *dst,
        uint64_t count, int half, int past_cache) {
    chunk_bits bits[3];
    __m512 scale = _mm512_set1_ps(rate->scale);
    for (uint64_t step = 0; step < count + 2; step++) {
        chunk_bits *drawn = bits + step % 3, *applied = bits + (step + 1) % 3, *refined = bits + (step + 2) % 3;
        uint64_t at = CHUNK * (step - 2);
        if (!half && step >= 1 && step <= count) {
            refine(rate, key, (first + CHUNK * (step - 1)) / 8, refined);
        }
        for (int unit = 0; unit < CHUNK / UNIT; unit++, at += UNIT) {
            if (step < count) {
                draw(rate, key, first + CHUNK * step, drawn, unit, half);
            }
            if (step >= 2) {
                apply_unit(src + at, dst + at, scale, applied->keep + 16 * unit, past_cache);
            }
        }
    }
}

/* Fewer elements than a chunk, all of one chunk of the mask. */
static void part(const lanedrop_rate *rate, const mask_key *key, uint64_t first, const float *src, float *dst,
        int elements, int half) {
    chunk_bits bits;
    int skipped = (int) (first % CHUNK), end = skipped + elements;
    __m512 scale = _mm512_set1_ps(rate->scale);
    _mm512_store_si512(bits.undecided, _mm512_setzero_si512());
    for (int unit = 0; unit < CHUNK / UNIT; unit++) {
        if (UNIT * unit < end && UNIT * (unit + (half ? 2 : 1)) > skipped) {
            draw(rate, key, first - (uint64_t) skipped, &bits, unit, half);
        }
    }
    if (!half) {
        for (int group = 0; group < LANES; group++) { /* the patterns from the first wanted one to the last */
            int from = skipped / 8 - 64 * group, to = (end - 1) / 8 - 64 * group;
            uint64_t wanted = from > 63 || to < 0 ? 0 : ~0ull << (from > 0 ? from : 0) & ~0ull >> (to < 63 ? 63 - to : 0);
            bits.undecided[group] &= wanted;
        }
        refine(rate, key, (first - (uint64_t) skipped) / 8, &bits);
    }
    for (int i = 0; i < elements; i += 16) {
        uint32_t kept; /* the last four bytes may reach into what follows the bits */
        __builtin_memcpy(&kept, (const uint8_t *) &bits + (skipped + i) / 8, sizeof kept);
        kept >>= (skipped + i) % 8;
        __mmask16 here = elements - i < 16 ? (__mmask16) ((1u << (elements - i)) - 1) : 0xFFFF;
        __m512 x = _mm512_maskz_loadu_ps(here, src + i);
        _mm512_mask_storeu_ps(dst + i, here, _mm512_maskz_mul_ps((__mmask16) kept, x, scale));
    }
}

INLINE void split(const lanedrop_rate *rate, const mask_key *key, uint64_t first, const float *src, float *dst,
        uint64_t elements, int half) {
    uint64_t head = (CHUNK - first % CHUNK) % CHUNK;
    head = head < elements ? head : elements;
    uint64_t whole = (elements - head) / CHUNK;
    uint64_t tail = head + whole * CHUNK;
    if (head > 0) {
        part(rate, key, first, src, dst, (int) head, half);
    }
    if (whole * CHUNK * sizeof *dst >= PAST_CACHE_BYTES && src != dst && (uintptr_t) (dst + head) % 64 == 0) {
        chunks(rate, key, first + head, src + head, dst + head, whole, half, 1);
        _mm_sfence();
    } else if (whole > 0) {
        chunks(rate, key, first + head, src + head, dst + head, whole, half, 0);
    }
    if (tail < elements) {
        part(rate, key, first + tail, src + tail, dst + tail, (int) (elements - tail), half);
    }
}

/* Any first element below 2^63, any count, any alignment; src and dst are identical or disjoint. */
void lanedrop_dropout(const lanedrop_rate *rate, uint64_t seed, uint64_t stream, uint64_t first, const float *src,
        float *dst, uint64_t elements) {
    if (rate->threshold == 0) {
        __builtin_memmove(dst, src, elements * sizeof *dst);
        return;
    }
    if (rate->threshold == ONE) {
        __builtin_memset(dst, 0, elements * sizeof *dst);
        return;
    }
    mask_key key = {.stream = stream};
    for (unsigned round = 0; round < ROUNDS; round++) {
        key.k0[round] = (uint32_t) seed + round * W0;
        key.k1[round] = (uint32_t) (seed >> 32) + round * W1;
    }
    if (rate->threshold == ONE / 2) {
        split(rate, &key, first, src, dst, elements, 1);
    } else {
        split(rate, &key, first, src, dst, elements, 0);
    }
}
