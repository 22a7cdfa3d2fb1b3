package dev.orderonce.webhooks;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Classifies IP addresses by who can be behind them.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA IPv4 Special-Purpose Address
 *     Registry</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IANA IPv6 Special-Purpose Address
 *     Registry</a>
 */
final class TargetAddress {
    /** Kinds of addresses. */
    enum Kind {
        /** Of the internet. */
        PUBLIC,
        /** Of this machine. */
        LOOPBACK,
        /** Of a private or shared network. */
        PRIVATE,
        /** Never that of a receiver: link-local, multicast, metadata services of clouds, reserved, translated. */
        FORBIDDEN
    }

    private static final List<Network> LOOPBACK = networks("127.0.0.0/8", "::1/128");

    private static final List<Network> PRIVATE =
            networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    private static final List<Network> FORBIDDEN = networks(
            "0.0.0.0/8",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            // Metadata services outside of link-local: Alibaba Cloud, Azure, AWS, Google Cloud.
            "100.100.100.200/32",
            "168.63.129.16/32",
            "fd00:ec2::254/128",
            "fd20:ce::254/128",
            // Protocol assignments with Teredo, documentation, 6to4.
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20");

    /** What is in no other list of IPv6: everything else is reserved, local or multicast. */
    private static final Network GLOBAL_UNICAST = Network.of("2000::/3");

    /** RFC 6052: the last four bytes are an IPv4 address. */
    private static final Network NAT64 = Network.of("64:ff9b::/96");

    private static final Network MAPPED = new Network(mappedPrefix(), 96);

    private TargetAddress() {}

    /** A network: its address and the length of its prefix in bits. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Network(byte[] address, int prefix) {
        /** @param text an address and the length of the prefix; no name, so that nothing is resolved */
        static Network of(String text) {
            int slash = text.indexOf('/');
            try {
                return new Network(
                        InetAddress.getByName(text.substring(0, slash)).getAddress(),
                        Integer.parseInt(text.substring(slash + 1)));
            } catch (UnknownHostException impossible) {
                throw new IllegalArgumentException(text, impossible);
            }
        }

        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < prefix; bit++) {
                if (((address[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static List<Network> networks(String... texts) {
        return Arrays.stream(texts).map(Network::of).toList();
    }

    private static byte[] mappedPrefix() {
        byte[] prefix = new byte[16];
        prefix[10] = (byte) 0xFF;
        prefix[11] = (byte) 0xFF;
        return prefix;
    }

    static Kind kind(InetAddress address) {
        return kind(address.getAddress());
    }

    private static Kind kind(byte[] address) {
        if (MAPPED.contains(address)) {
            return kind(Arrays.copyOfRange(address, 12, 16));
        }
        if (NAT64.contains(address)) {
            // The network's own addresses cannot be reached in this way either.
            Kind translated = kind(Arrays.copyOfRange(address, 12, 16));
            return translated == Kind.PUBLIC ? Kind.PUBLIC : Kind.FORBIDDEN;
        }
        if (isIn(FORBIDDEN, address)) {
            return Kind.FORBIDDEN;
        }
        if (isIn(LOOPBACK, address)) {
            return Kind.LOOPBACK;
        }
        if (isIn(PRIVATE, address)) {
            return Kind.PRIVATE;
        }
        return address.length == 4 || GLOBAL_UNICAST.contains(address) ? Kind.PUBLIC : Kind.FORBIDDEN;
    }

    private static boolean isIn(List<Network> networks, byte[] address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }
}
