// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Namespaces
package import Netlink
internal import SystemPackage

extension IPVSError {
  /// What a failure on the socket means for IPVS; asks the system why only after something has failed.
  package init(_ failure: NetlinkError, during operation: Operation, in namespace: NetworkNamespace = .current) {
    switch failure {
    case .namespace(let failure):
      self.init(failure, during: operation, in: namespace)
    case .kernel(.noSuchFileOrDirectory) where operation == .open:
      self.init(KernelModule.whyAbsent(), operation, in: namespace, errno: .noSuchFileOrDirectory)
    case .kernel(let errno) where operation == .readSockets && errno == .noSuchFileOrDirectory,
      .system(let errno) where operation == .readSockets && errno.meansNoNetlink:
      self.init(.noSocketDiagnosis, operation, in: namespace, errno: errno)
    case .kernel(.noSuchFileOrDirectory):
      // The family of the number that was looked up when IPVS was opened.
      self.init(.unloaded, operation, in: namespace, errno: .noSuchFileOrDirectory)
    case .system(let errno) where operation == .open && errno.meansNoNetlink:
      self.init(.notInKernel, operation, in: namespace, errno: errno)
    case .kernel(.notPermitted):
      self.init(Privilege.whyRefused(), operation, in: namespace, errno: .notPermitted)
    case .kernel(.invalidArgument) where operation.setsTimeouts:
      self.init(.valueRefused, operation, in: namespace, errno: .invalidArgument)
    case .kernel(let errno), .system(let errno):
      self.init(.refused, operation, in: namespace, errno: errno)
    case .timedOut:
      self.init(.timedOut, operation, in: namespace)
    case .truncatedReply:
      self.init(.truncatedReply, operation, in: namespace)
    case .foreignReply:
      self.init(.foreignReply, operation, in: namespace)
    case .library(let detail):
      self.init(.library, operation, in: namespace, detail: detail)
    }
  }
}

extension IPVSError {
  /// What it means that the namespace was not entered.
  package init(_ failure: NamespaceError, during operation: Operation, in namespace: NetworkNamespace) {
    switch failure {
    case .notOpened(let errno) where [.noSuchFileOrDirectory, .notDirectory, .noSuchProcess].contains(errno):
      self.init(.noSuchNamespace, operation, in: namespace, errno: errno)
    case .notOpened(let errno) where errno.meansRefusal, .notEntered(let errno) where errno.meansRefusal:
      self.init(Privilege.whyNotEntered(), operation, in: namespace, errno: errno)
    case .notANamespace(let errno):
      self.init(.notANamespace, operation, in: namespace, errno: errno)
    case .notOpened(let errno), .notEntered(let errno), .noThread(let errno):
      self.init(.refused, operation, in: namespace, errno: errno)
    case .timedOut:
      self.init(.timedOut, operation, in: namespace)
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

  fileprivate var meansRefusal: Bool { [.notPermitted, .permissionDenied].contains(self) }
}
