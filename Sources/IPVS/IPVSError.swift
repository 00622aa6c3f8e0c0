// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import Netlink
public import SystemPackage

/// Why IPVS did not do what was asked of it: what was attempted, what kind of failure it was, the kernel's errno.
///
/// ``description`` is the sentence for people.
public struct IPVSError: Error, Sendable, Hashable {
  /// The kind of failure.
  public let code: Code
  /// What was attempted.
  public let operation: Operation
  /// The network namespace in which it was attempted.
  public let namespace: NetworkNamespace
  /// The errno of the kernel or of the system call, unchanged; `nil` where there was none.
  public let errno: Errno?
  /// libnl's own words, where the failure was libnl's, or the line that is not known.
  let detail: String?

  /// An error with its parts.
  package init(
    _ code: Code, _ operation: Operation, in namespace: NetworkNamespace = .current, errno: Errno? = nil,
    detail: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.namespace = namespace
    self.errno = errno
    self.detail = detail
  }
}

extension IPVSError {
  /// What was attempted.
  public enum Operation: Sendable, Hashable {
    /// Entering the namespace, opening a netlink socket and looking up the family `IPVS`.
    case open
    /// Reading `/run/netns`, `/run/docker/netns` and `/proc`.
    case listNamespaces
    /// Reading `/proc`.
    case listProcesses
    /// Reading `/proc/net/ip_vs` and `/proc/net/ip_vs_conn`.
    case lookForUse
    /// Reading `/proc/net/ip_vs_conn`.
    case readConnections
    /// Reading `/proc/net/ip_vs`.
    case readServices
    /// Reading `/proc/sys`.
    case readSettings
    /// `IP_VS_SO_GET_DAEMON`.
    case readDaemons
    /// `SOCK_DIAG_BY_FAMILY`, and reading `/proc/net/netstat`.
    case readSockets
    /// `IPVS_CMD_GET_CONFIG`.
    case readTimeouts
    /// `IPVS_CMD_SET_CONFIG` with these timeouts.
    case setTimeouts(Timeouts)
  }

  /// A kind of failure.
  ///
  /// There may be more kinds in later versions.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// The name of the kind, in words joined by `-`.
    public let rawValue: String

    /// A kind by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// This kernel has no IPVS: neither built in nor as a module for it.
    public static let notInKernel = Code(rawValue: "not-in-kernel")
    /// IPVS is not there, and the modules of this kernel are not to be seen, as in a container.
    public static let modulesNotVisible = Code(rawValue: "modules-not-visible")
    /// The module ip_vs is installed for this kernel, but looking up the family did not load it.
    public static let moduleNotLoaded = Code(rawValue: "module-not-loaded")
    /// This kernel is not allowed to load any more modules (`kernel.modules_disabled`).
    public static let moduleLoadingDisabled = Code(rawValue: "module-loading-disabled")
    /// IPVS has been unloaded since it was opened; it may have been loaded anew.
    public static let unloaded = Code(rawValue: "unloaded")
    /// This kernel does not tell of TCP sockets over netlink: `tcp_diag` is not there.
    public static let noSocketDiagnosis = Code(rawValue: "no-socket-diagnosis")
    /// The caller is not root.
    public static let notRoot = Code(rawValue: "not-root")
    /// The caller is root but was started without the capability CAP_NET_ADMIN.
    public static let missingCapability = Code(rawValue: "missing-capability")
    /// The caller is root of a user namespace other than the initial one.
    public static let userNamespace = Code(rawValue: "user-namespace")
    /// There is no such network namespace, or no longer.
    public static let noSuchNamespace = Code(rawValue: "no-such-namespace")
    /// The file is no network namespace: left behind by one, or something else.
    public static let notANamespace = Code(rawValue: "not-a-namespace")
    /// The caller, though root, may not enter the network namespace.
    public static let mayNotEnter = Code(rawValue: "may-not-enter")
    /// The kernel refuses a value, and has set none of them.
    public static let valueRefused = Code(rawValue: "value-refused")
    /// The kernel or the system refuses for another reason, which the errno tells.
    public static let refused = Code(rawValue: "refused")
    /// No answer came in time.
    public static let timedOut = Code(rawValue: "timed-out")
    /// The answer was cut short.
    public static let truncatedReply = Code(rawValue: "truncated-reply")
    /// The answer was to something else.
    public static let unexpectedReply = Code(rawValue: "unexpected-reply")
    /// libnl failed by itself.
    public static let library = Code(rawValue: "library")
  }
}

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
    case .unexpectedReply:
      self.init(.unexpectedReply, operation, in: namespace)
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
