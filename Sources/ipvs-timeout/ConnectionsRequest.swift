// SPDX-License-Identifier: Apache-2.0

internal import Connections

/// What is asked about connections.
struct ConnectionsRequest: Hashable {
  /// Which of them are looked at.
  var filter = ConnectionFilter()
  /// Whether the outdated ones are listed; else all are counted.
  var isList = false
  /// Whether first to wait until none is outdated.
  var isWaiting = false
  /// How long to wait at the most; `nil` for as long as it takes.
  var patience: Duration?
}
