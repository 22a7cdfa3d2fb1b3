package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.redis.RedisReply.Many;
import dev.orderonce.redis.RedisReply.Nothing;
import dev.orderonce.redis.RedisReply.Refused;
import dev.orderonce.redis.RedisReply.Text;
import dev.orderonce.redis.RedisReply.Whole;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parses the bytes that Redis sends. */
class RedisReaderTest {
    /** One of each kind, some twice, in the order of {@link #REPLIES}. */
    private static final byte[] WIRE =
            """
            +OK
            $-1
            $0

            $7
            a
            b €
            :-42
            -NOSCRIPT No matching script.
            *-1
            *0
            *3
            :1
            *2
            $1
            x
            -ERR inside
            $2
            yz
            """.replace("\n", "\r\n").replace("a\r\nb", "a\nb").getBytes(StandardCharsets.UTF_8);

    private static final List<RedisReply> REPLIES = List.of(
            new Text("OK"),
            new Nothing(),
            new Text(""),
            new Text("a\nb €"),
            new Whole(-42),
            new Refused("NOSCRIPT No matching script."),
            new Nothing(),
            new Many(List.of()),
            new Many(List.of(
                    new Whole(1), new Many(List.of(new Text("x"), new Refused("ERR inside"))), new Text("yz"))));

    private final List<RedisReply> parsed = new ArrayList<>();
    private final RedisReader reader = new RedisReader(parsed::add);

    @Test
    void repliesInOneChunk_areAllParsed() {
        // When
        reader.receive(WIRE);
        // Then
        assertThat(parsed).isEqualTo(REPLIES);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 11})
    void repliesInPieces_areTheSame(int size) {
        // When
        for (int at = 0; at < WIRE.length; at += size) {
            reader.receive(Arrays.copyOfRange(WIRE, at, Math.min(WIRE.length, at + size)));
        }
        // Then
        assertThat(parsed).isEqualTo(REPLIES);
    }

    @Test
    void repliesCutOnceAnywhere_areTheSame() {
        for (int cut = 0; cut <= WIRE.length; cut++) {
            // Given
            List<RedisReply> replies = new ArrayList<>();
            RedisReader fresh = new RedisReader(replies::add);
            // When
            fresh.receive(Arrays.copyOf(WIRE, cut));
            fresh.receive(Arrays.copyOfRange(WIRE, cut, WIRE.length));
            // Then
            assertThat(replies).as("cut at %d", cut).isEqualTo(REPLIES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n", "$five\r\n", "\u0000\r\n"})
    void invalidReply_isDetected(String nonsense) {
        assertThatThrownBy(() -> reader.receive(nonsense.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(RedisReader.NotRedis.class);
    }

    @Test
    void arraysInArraysWithoutEnd_areNotFollowed() {
        assertThatThrownBy(() -> reader.receive("*1\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(RedisReader.NotRedis.class);
    }

    @Test
    void command_isAnArrayOfItsWordsInBytes() {
        // When
        byte[] wire = RedisCommand.of("SET", "€", "").bytes();
        // Then
        assertThat(new String(wire, StandardCharsets.UTF_8)).isEqualTo("*3\r\n$3\r\nSET\r\n$3\r\n€\r\n$0\r\n\r\n");
    }
}
