// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPVS

/// The set of connections in a fixed amount of memory.
@Suite struct ConnectionSketchTests {
  /// The key of one of many connections.
  private static func connection(
    _ number: UInt32, _ transport: Connection.Transport = .tcp, _ state: Connection.State = .established,
    secondsLeft: UInt32 = 60, origin: Connection.Origin? = .local
  ) -> ConnectionSketch.Key {
    let client = InternetAddress(ipv4: 0xC612_0000 | number >> 12)
    return ConnectionSketch.Key(
      Connection(
        transport, client: Endpoint(client, port: UInt16(1024 + number & 0xFFF)),
        service: Endpoint(InternetAddress(ipv4: 0xC000_0264), port: 80),
        server: Endpoint(InternetAddress(ipv4: 0xC633_6402), port: 8080), state: state, origin: origin,
        secondsLeft: secondsLeft))
  }

  /// The hashes differ in each process, so the number of others varies.
  ///
  /// The stated rate is one in a million, so 0.2 are expected here at most. More than 10 would happen once in 10^15 runs.
  @Test func `holds all that were added, and hardly any other`() {
    var sketch = ConnectionSketch()
    for number in 0..<100_000 as Range<UInt32> { sketch.insert(Self.connection(number)) }
    #expect((0..<100_000).allSatisfy { sketch.contains(Self.connection($0)) })
    let others = (100_000..<300_000).count { sketch.contains(Self.connection($0)) }
    #expect(others <= 10)
  }

  @Test func `holds nothing at first`() {
    let sketch = ConnectionSketch()
    #expect(sketch.isEmpty)
    #expect(!sketch.contains(Self.connection(0)))
  }

  @Test func `reports whether a connection is new`() {
    var sketch = ConnectionSketch()
    let isNew = (0..<2).map { _ in sketch.insert(Self.connection(1)) }
    #expect(isNew == [true, false])
    #expect(!sketch.isEmpty)
    #expect(sketch.contains(Self.connection(1)))
  }

  @Test func `recognises a connection whose state, timer and origin have changed`() {
    var sketch = ConnectionSketch()
    sketch.insert(Self.connection(1))
    #expect(sketch.contains(Self.connection(1, .tcp, .finWait, secondsLeft: 5, origin: .sync)))
    // The same client and service by another protocol is another connection.
    #expect(!sketch.contains(Self.connection(1, .udp, .udp)))
  }
}
