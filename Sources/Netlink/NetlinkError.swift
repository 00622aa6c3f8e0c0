// SPDX-License-Identifier: Apache-2.0

package import Linux
package import SystemPackage

/// The reason why a netlink exchange has no usable answer.
///
/// The layers above add what was attempted. This error says only what happened on the socket.
package enum NetlinkError: Error, Sendable, Hashable {
  /// The kernel answered with this errno, taken unchanged from `struct nlmsgerr`.
  case kernel(Errno)
  /// A system call on the socket failed with this errno.
  case system(Errno)
  /// A change was sent, and a system call for its answer failed with this errno. The kernel may have made the change.
  case answerLost(Errno)
  /// The thread could not enter the network namespace in which the socket should be opened.
  case namespace(NamespaceError)
  /// Nothing arrived before the socket's reply timeout.
  case timedOut
  /// The reply, or an attribute in it, is shorter than its own length field says.
  case truncatedReply
  /// The reply does not match the request: the sender, sequence number, message type or command differs.
  case unexpectedReply
  /// libnl itself failed, without an errno. The text is libnl's own.
  case library(String)
}
