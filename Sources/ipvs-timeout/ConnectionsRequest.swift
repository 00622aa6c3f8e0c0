// SPDX-License-Identifier: Apache-2.0

internal import Connections

/// What is asked about connections.
struct ConnectionsRequest: Hashable {
  /// Which of them are looked at.
  var filter = ConnectionFilter()
  /// Whether the outdated ones are listed; else all are counted.
  var isList = false
  /// Whether first to wait until none is outdated.
  var wait: Wait?

  /// How long to wait.
  enum Wait: Hashable {
    /// As long as there are any.
    case asLongAsItTakes
    /// So long, whether there are any or not.
    case atMost(Duration)
  }
}
