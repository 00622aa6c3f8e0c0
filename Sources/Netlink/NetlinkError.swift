// SPDX-License-Identifier: Apache-2.0

package import Linux
package import SystemPackage

/// Why a netlink exchange gave no answer that can be used.
///
/// The layers above say what was attempted; this says only what happened on the socket.
package enum NetlinkError: Error, Sendable, Hashable {
  /// The kernel answered with this errno, taken unchanged from `struct nlmsgerr`.
  case kernel(Errno)
  /// A system call on the socket failed with this errno.
  case system(Errno)
  /// The network namespace in which the socket was to be opened was not entered.
  case namespace(NamespaceError)
  /// Nothing arrived before the socket's reply timeout.
  case timedOut
  /// The reply, or an attribute in it, is shorter than it says it is.
  case truncatedReply
  /// The reply does not answer the request: other sender, sequence number, message type or command.
  case unexpectedReply
  /// libnl itself failed, with no errno behind it; the text is libnl's own.
  case library(String)
}
