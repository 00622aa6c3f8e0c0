// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Netlink
import SystemPackage
import Testing

@testable import Doctor

/// Failures of what belongs to the kernel around IPVS.
@Suite struct SocketErrorTests {
  @Test(
    arguments: [
      (.kernel(.noSuchFileOrDirectory), .noSocketDiagnosis, .noSuchFileOrDirectory),
      (.system(.protocolNotSupported), .noSocketDiagnosis, .protocolNotSupported),
      (.system(.addressFamilyNotSupported), .noSocketDiagnosis, .addressFamilyNotSupported),
      (.system(.noSuchFileOrDirectory), .refused, .noSuchFileOrDirectory),
      (.kernel(.noMemory), .refused, .noMemory),
    ] as [(NetlinkError, IPVSError.Code, Errno)])
  func `to read the sockets have a kind`(failure: NetlinkError, code: IPVSError.Code, errno: Errno) {
    let error = IPVSError(readingSockets: failure, in: .named("blue"))
    #expect(error.code == code)
    #expect(error.operation == .readSockets)
    #expect(error.namespace == .named("blue"))
    #expect(error.underlyingErrno == errno)
  }

  @Test func `say that this kernel does not list them`() {
    #expect(
      IPVSError(readingSockets: .kernel(.noSuchFileOrDirectory), in: .current).sentence
        == "cannot read the sockets in this network namespace: this kernel does not list TCP sockets (No such file"
        + " or directory, errno 2); run `modprobe tcp_diag`, or boot a kernel that has it (CONFIG_INET_TCP_DIAG)")
  }

  @Test(
    arguments: [
      (
        .readSettings, .notRoot,
        "read the kernel's settings (/proc/sys) in the network namespace blue: entering it requires root or CAP_SYS_ADMIN"
      ),
      (
        .readSockets, .foreignNamespace,
        "read the sockets in the network namespace blue: it belongs to another user namespace"
      ),
      (.listProcesses, .refused, "list the processes (/proc): the system refused"),
    ] as [(IPVSError.Operation, IPVSError.Code, String)])
  func `name what was attempted`(operation: IPVSError.Operation, code: IPVSError.Code, sentence: String) {
    #expect(IPVSError(code, operation, in: .named("blue")).description == "cannot \(sentence)")
  }
}
