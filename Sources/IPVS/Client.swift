// SPDX-License-Identifier: Apache-2.0

internal import CIPVS
internal import Glibc
internal import Netlink

/// A connection to the kernel's IPVS in one network namespace: that in which it was opened.
///
/// ```swift
/// let ipvs = try Client()
/// let before = try ipvs.timeouts()
/// try ipvs.setTimeouts(Timeouts(tcp: 600))
/// try ipvs.setTimeouts(before)
/// ```
public struct Client: ~Copyable {
  private let socket: Netlink.Socket
  private let family: Family

  /// Opens IPVS in the network namespace of the calling thread.
  ///
  /// The kernel loads the module ip_vs if it can.
  ///
  /// - Parameter replyTimeout: How long to wait for each answer of the kernel; `nil` is five seconds.
  /// - Throws: ``IPVSError``, when there is no IPVS here, the system refuses a socket, or no answer comes in time.
  public init(replyTimeout: Duration? = nil) throws(IPVSError) {
    do throws(NetlinkError) {
      let version = UInt8(IPVS_GENL_VERSION)
      let socket = try Socket(replyTimeout: replyTimeout)
      if KernelModule.isLoaded {
        family = try Family(named: IPVS_GENL_NAME, version: version, over: socket)
      } else {
        family = try Family.load(named: IPVS_GENL_NAME, version: version, within: replyTimeout)
      }
      self.socket = socket
    } catch {
      throw IPVSError(error, during: .open)
    }
  }

  /// The timeouts of the namespace; `nil` where the kernel was built without that protocol.
  ///
  /// The corresponding kernel command is `IPVS_CMD_GET_CONFIG`.
  ///
  /// - Throws: ``IPVSError``.
  public borrowing func timeouts() throws(IPVSError) -> Timeouts {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_GET_CONFIG))
      return try socket.reply(to: request) { reply throws(NetlinkError) in
        // The kernel answers GET_CONFIG with the command SET_CONFIG.
        guard reply.command == IPVS_CMD_SET_CONFIG else { throw .foreignReply }
        return try Timeouts(reply)
      }
    } catch {
      throw IPVSError(error, during: .readTimeouts)
    }
  }

  /// Sets the timeouts that are named; the kernel keeps the others, in one step, whoever else is writing.
  ///
  /// A timeout applies to a connection from its next packet on. The corresponding kernel command is
  /// `IPVS_CMD_SET_CONFIG`.
  ///
  /// - Throws: ``IPVSError``. The kernel changes all or none: none where the code is `valueRefused` or one about
  ///   privilege; where the answer did not come or could not be read, only reading the timeouts tells.
  public borrowing func setTimeouts(_ timeouts: Timeouts) throws(IPVSError) {
    do throws(NetlinkError) {
      let request = try Request(to: family, command: UInt8(IPVS_CMD_SET_CONFIG))
      try timeouts.append(to: request)
      try socket.acknowledge(request)
    } catch {
      throw IPVSError(error, during: .setTimeouts(timeouts))
    }
  }
}
