// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Netlink
internal import SystemPackage

extension IPVSError {
  /// What a failure on the socket means for IPVS; asks the system why only after something has failed.
  init(_ failure: NetlinkError, during operation: Operation) {
    switch failure {
    case .kernel(.noSuchFileOrDirectory) where operation == .open:
      self.init(KernelModule.whyAbsent(), operation, errno: .noSuchFileOrDirectory)
    case .system(let errno) where operation == .open && errno.meansNoNetlink:
      self.init(.notInKernel, operation, errno: errno)
    case .kernel(.notPermitted):
      self.init(Privilege.whyRefused(), operation, errno: .notPermitted)
    case .kernel(.invalidArgument) where operation.setsTimeouts:
      self.init(.valueRefused, operation, errno: .invalidArgument)
    case .kernel(let errno), .system(let errno):
      self.init(.refused, operation, errno: errno)
    case .timedOut:
      self.init(.timedOut, operation)
    case .truncatedReply:
      self.init(.truncatedReply, operation)
    case .foreignReply:
      self.init(.foreignReply, operation)
    case .library(let detail):
      self.init(.library, operation, detail: detail)
    }
  }
}

extension IPVSError.Operation {
  fileprivate var setsTimeouts: Bool {
    if case .setTimeouts = self { true } else { false }
  }
}

extension Errno {
  /// Whether the kernel has no generic netlink to open a socket of.
  fileprivate var meansNoNetlink: Bool { [.protocolNotSupported, .addressFamilyNotSupported].contains(self) }
}
