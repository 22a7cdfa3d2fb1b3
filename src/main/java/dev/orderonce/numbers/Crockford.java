package dev.orderonce.numbers;

import java.util.Arrays;

/**
 * Crockford's base 32 and its check symbol.
 *
 * <p>The alphabet leaves out I, L, O and U (<a href="https://www.crockford.com/base32.html">Douglas Crockford, Base
 * 32</a>). The check symbol is not Crockford's modulo 37, which needs five more symbols, but a Damm code over the field
 * GF(32): H. Michael Damm, <i>Totally anti-symmetric quasigroups for all orders n ≠ 2, 6</i>, Discrete Mathematics 307
 * (2007). With {@code c' = 2·(c ⊕ s)} every wrong symbol and every swap of neighbours changes the result.
 */
final class Crockford {
    static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /** x⁵ + x² + 1, irreducible over GF(2): doubling modulo it runs through all 31 non-zero elements. */
    private static final int POLYNOMIAL = 0b100101;

    private static final byte NOT_A_SYMBOL = -1;
    private static final byte[] VALUES = values();
    private static final char[] SYMBOLS = ALPHABET.toCharArray();

    private Crockford() {}

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, NOT_A_SYMBOL);
        for (int value = 0; value < ALPHABET.length(); value++) {
            char symbol = ALPHABET.charAt(value);
            values[symbol] = (byte) value;
            values[Character.toLowerCase(symbol)] = (byte) value;
        }
        for (char one : "IiLl".toCharArray()) {
            values[one] = 1;
        }
        for (char zero : "Oo".toCharArray()) {
            values[zero] = 0;
        }
        return values;
    }

    /** The value 0–31 of a symbol in either case, I and L read as 1 and O as 0; −1 for anything else. */
    static int value(char symbol) {
        return symbol < VALUES.length ? VALUES[symbol] : NOT_A_SYMBOL;
    }

    static char symbol(int value) {
        return SYMBOLS[value & 31];
    }

    /** Writes the low {@code 5 · count} bits of {@code bits}, most significant first. */
    static void write(long bits, char[] into, int at, int count) {
        for (int i = count - 1; i >= 0; i--) {
            into[at + i] = SYMBOLS[(int) (bits & 31)];
            bits >>>= 5;
        }
    }

    /** Reads {@code count} canonical symbols as one number, most significant first; at most 12 fit. */
    static long read(String symbols, int at, int count) {
        long bits = 0;
        for (int i = at; i < at + count; i++) {
            bits = bits << 5 | value(symbols.charAt(i));
        }
        return bits;
    }

    /** One step of the check: the state after {@code value} has followed {@code state}. */
    static int damm(int state, int value) {
        int doubled = (state ^ value) << 1;
        return (doubled & 32) == 0 ? doubled : doubled ^ POLYNOMIAL;
    }
}
