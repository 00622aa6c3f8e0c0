// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

/// An endpoint as people write it.
func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(parsing: text)) }

/// A socket between two endpoints.
func socket(_ local: String, _ remote: String, _ state: HostSocket.State = .established) throws -> HostSocket {
  HostSocket(state, local: try endpoint(local), remote: try endpoint(remote))
}
