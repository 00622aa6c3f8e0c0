// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

extension Connection {
  /// A connection whose other properties do not matter.
  static func example(
    _ transport: Transport, _ state: State, _ secondsLeft: UInt32, origin: Origin? = .local,
    client: String = "192.0.2.2:40001", service: String = "192.0.2.100:80", server: String = "198.51.100.2:8080"
  ) throws -> Connection {
    Connection(
      transport, client: try #require(Endpoint(parsing: client)), service: try #require(Endpoint(parsing: service)),
      server: try #require(Endpoint(parsing: server)), state: state, origin: origin, secondsLeft: secondsLeft)
  }
}
