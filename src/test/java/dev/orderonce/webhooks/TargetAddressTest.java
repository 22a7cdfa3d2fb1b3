package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every special address is recognized, in each of its spellings. */
class TargetAddressTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            8.8.8.8,                 PUBLIC
            1.1.1.1,                 PUBLIC
            172.15.255.255,          PUBLIC
            172.32.0.0,              PUBLIC
            100.63.255.255,          PUBLIC
            100.128.0.0,             PUBLIC
            223.255.255.255,         PUBLIC
            2606:4700::1111,         PUBLIC
            2a00:1450:4001::200e,    PUBLIC
            64:ff9b::808:808,        PUBLIC
            127.0.0.1,               LOOPBACK
            127.255.255.254,         LOOPBACK
            ::1,                     LOOPBACK
            ::ffff:127.0.0.1,        LOOPBACK
            10.0.0.1,                PRIVATE
            172.16.0.1,              PRIVATE
            172.31.255.255,          PRIVATE
            192.168.1.1,             PRIVATE
            100.64.0.1,              PRIVATE
            100.127.255.255,         PRIVATE
            fc00::1,                 PRIVATE
            fdff:ffff::1,            PRIVATE
            ::ffff:10.0.0.1,         PRIVATE
            0.0.0.0,                 FORBIDDEN
            0.1.2.3,                 FORBIDDEN
            169.254.169.254,         FORBIDDEN
            ::ffff:169.254.169.254,  FORBIDDEN
            192.0.0.192,             FORBIDDEN
            192.0.2.1,               FORBIDDEN
            192.88.99.1,             FORBIDDEN
            198.18.0.1,              FORBIDDEN
            198.19.255.255,          FORBIDDEN
            198.51.100.1,            FORBIDDEN
            203.0.113.1,             FORBIDDEN
            224.0.0.1,               FORBIDDEN
            239.255.255.255,         FORBIDDEN
            240.0.0.1,               FORBIDDEN
            255.255.255.255,         FORBIDDEN
            100.100.100.200,         FORBIDDEN
            168.63.129.16,           FORBIDDEN
            fd00:ec2::254,           FORBIDDEN
            fd20:ce::254,            FORBIDDEN
            ::,                      FORBIDDEN
            ::7f00:1,                FORBIDDEN
            64:ff9b::7f00:1,         FORBIDDEN
            64:ff9b::a00:1,          FORBIDDEN
            64:ff9b::a9fe:a9fe,      FORBIDDEN
            64:ff9b:1::808:808,      FORBIDDEN
            100::1,                  FORBIDDEN
            2001::1,                 FORBIDDEN
            2001:db8::1,             FORBIDDEN
            2002:7f00:1::,           FORBIDDEN
            3fff::1,                 FORBIDDEN
            fe80::1,                 FORBIDDEN
            fec0::1,                 FORBIDDEN
            ff02::1,                 FORBIDDEN
            """)
    void address_isOfItsKind(String address, TargetAddress.Kind kind) throws UnknownHostException {
        assertThat(TargetAddress.kind(InetAddress.getByName(address))).isEqualTo(kind);
    }

    /** The platform makes an IPv4 address of it, other than with a scope. */
    @Test
    void mappedAddressThatStaysOfVersion6_isThatOfVersion4() throws UnknownHostException {
        // Given
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        mapped[12] = 127;
        mapped[15] = 1;
        // When
        InetAddress address = Inet6Address.getByAddress("any", mapped, 1);
        // Then
        assertThat(address).isInstanceOf(Inet6Address.class);
        assertThat(TargetAddress.kind(address)).isEqualTo(TargetAddress.Kind.LOOPBACK);
    }
}
