// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import Netlink
public import SystemPackage

/// Why IPVS did not do what was asked of it: what was attempted, what kind of failure it was, the kernel's errno.
///
/// ``description`` is the sentence for people. Programs decide by ``code``:
///
/// ```swift
/// do {
///   try Client().setTimeouts(Timeouts(udp: 30))
/// } catch let error where error.code == .notRoot {
///   print("run it as root")
/// }
/// ```
public struct IPVSError: Error, Sendable, Hashable {
  /// The kind of failure.
  public let code: Code
  /// What was attempted.
  public let operation: Operation
  /// The network namespace in which it was attempted.
  public let namespace: NetworkNamespace
  /// The timeouts that were sent to the kernel before it failed; `nil` where none were.
  public let timeouts: Timeouts?
  /// The errno of the kernel or of the system call, unchanged; `nil` where there was none.
  public let underlyingErrno: Errno?
  /// More about the failure: libnl's own words, a line that was not understood, or what a code of a later version means.
  public let detail: String?

  /// Creates an error; tests of your own code can give it to what handles errors.
  ///
  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - operation: What was attempted.
  ///   - namespace: The network namespace in which it was attempted.
  ///   - timeouts: The timeouts that were sent to the kernel before it failed.
  ///   - errno: The errno of the kernel or of the system call.
  ///   - detail: More about the failure, for ``description``.
  public init(
    _ code: Code, _ operation: Operation, in namespace: NetworkNamespace = .current, sending timeouts: Timeouts? = nil,
    errno: Errno? = nil, detail: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.namespace = namespace
    self.timeouts = timeouts
    self.underlyingErrno = errno
    self.detail = detail
  }

  /// Whether the kernel may have set ``timeouts`` although this error was thrown.
  ///
  /// True where the answer to the change is missing or cannot be read, and where only reading back failed.
  public var mayHaveSetTimeouts: Bool {
    timeouts != nil && (operation != .setTimeouts || [.timedOut, .truncatedReply, .unexpectedReply].contains(code))
  }
}

extension IPVSError {
  /// What was attempted.
  ///
  /// There may be more operations in later versions.
  public struct Operation: RawRepresentable, Sendable, Hashable {
    /// The name of the operation, in words joined by `-`.
    public let rawValue: String
    /// What was attempted, as it stands after "cannot".
    let words: String
    /// What the operation asks.
    let subject: Subject

    /// What an operation asks, which decides how the sentence about a failure reads.
    package enum Subject: Sendable {
      /// IPVS in one network namespace.
      case ipvs
      /// Something else in one network namespace.
      case namespace
      /// The machine, whatever the network namespace.
      case machine
    }

    /// An operation by its name; one that is not known here is described by the words of its name.
    public init(rawValue: String) {
      self =
        Operation.known.first { $0.rawValue == rawValue }
        ?? Operation(rawValue, rawValue.replacing("-", with: " "))
    }

    /// Defines an operation.
    ///
    /// - Parameters:
    ///   - name: Its name, in words joined by `-`.
    ///   - words: What is attempted, as it stands after "cannot".
    ///   - subject: What it asks.
    package init(_ name: String, _ words: String, about subject: Subject = .ipvs) {
      self.rawValue = name
      self.words = words
      self.subject = subject
    }

    /// Whether two operations have the same name.
    public static func == (first: Operation, second: Operation) -> Bool { first.rawValue == second.rawValue }

    /// Feeds the name into a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
  }
}

extension IPVSError.Operation {
  private static let known: [IPVSError.Operation] = [
    .open, .listNamespaces, .lookForUse, .readConnections, .readServices, .readDaemons, .readTimeouts, .setTimeouts,
  ]

  /// Entering the namespace, opening a netlink socket and looking up the family `IPVS`.
  public static let open = IPVSError.Operation("open", "open IPVS")
  /// Reading `/run/netns`, `/run/docker/netns` and `/proc`.
  public static let listNamespaces = IPVSError.Operation(
    "list-namespaces", "list the network namespaces (/run/netns, /run/docker/netns, /proc)", about: .machine)
  /// Reading `/proc/net/ip_vs` and `/proc/net/ip_vs_conn`.
  public static let lookForUse = IPVSError.Operation("look-for-use", "look for virtual services and connections")
  /// Reading `/proc/net/ip_vs_conn`.
  public static let readConnections = IPVSError.Operation("read-connections", "read the connection table")
  /// Reading `/proc/net/ip_vs`.
  public static let readServices = IPVSError.Operation("read-services", "read the virtual services")
  /// `IP_VS_SO_GET_DAEMON`.
  public static let readDaemons = IPVSError.Operation("read-daemons", "ask for the sync daemons")
  /// `IPVS_CMD_GET_CONFIG`.
  public static let readTimeouts = IPVSError.Operation("read-timeouts", "read the timeouts")
  /// `IPVS_CMD_SET_CONFIG` with ``IPVSError/timeouts``.
  public static let setTimeouts = IPVSError.Operation("set-timeouts", "set the timeouts")
}

extension IPVSError {
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
    /// IPVS is not there, and the modules of this kernel are not visible, as in a container.
    public static let modulesNotVisible = Code(rawValue: "modules-not-visible")
    /// The module ip_vs is installed for this kernel, but looking up the family did not load it.
    public static let moduleNotLoaded = Code(rawValue: "module-not-loaded")
    /// This kernel is not allowed to load any more modules (`kernel.modules_disabled`).
    public static let moduleLoadingDisabled = Code(rawValue: "module-loading-disabled")
    /// IPVS has been unloaded since it was opened; it may be loaded again by now.
    public static let unloaded = Code(rawValue: "unloaded")
    /// The caller is not root.
    public static let notRoot = Code(rawValue: "not-root")
    /// The caller is root but was started without the capability CAP_NET_ADMIN.
    public static let missingCapability = Code(rawValue: "missing-capability")
    /// The caller is root of a user namespace other than the initial one.
    public static let userNamespace = Code(rawValue: "user-namespace")
    /// There is no such network namespace, or it has ended.
    public static let noSuchNamespace = Code(rawValue: "no-such-namespace")
    /// The file is no network namespace: left behind by one, or something else.
    public static let notANamespace = Code(rawValue: "not-a-namespace")
    /// The caller, though root, may not enter the network namespace.
    public static let mayNotEnter = Code(rawValue: "may-not-enter")
    /// The kernel refuses a value, and has set none of them.
    public static let valueRefused = Code(rawValue: "value-refused")
    /// The kernel or the system refuses for another reason; the errno says which.
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
  package init(
    _ failure: NetlinkError, during operation: Operation, in namespace: NetworkNamespace = .current,
    sending timeouts: Timeouts? = nil
  ) {
    func error(_ code: Code, _ errno: Errno? = nil, _ detail: String? = nil) -> IPVSError {
      IPVSError(code, operation, in: namespace, sending: timeouts, errno: errno, detail: detail)
    }
    self =
      switch failure {
      case .namespace(let failure): IPVSError(failure, during: operation, in: namespace)
      case .kernel(.noSuchFileOrDirectory) where operation == .open:
        error(KernelModule.whyAbsent(), .noSuchFileOrDirectory)
      // The family of the number that was looked up when IPVS was opened.
      case .kernel(.noSuchFileOrDirectory): error(.unloaded, .noSuchFileOrDirectory)
      case .system(let errno) where operation == .open && errno.meansNoNetlink: error(.notInKernel, errno)
      case .kernel(.notPermitted): error(Privilege.whyRefused(), .notPermitted)
      case .kernel(.invalidArgument) where operation == .setTimeouts: error(.valueRefused, .invalidArgument)
      case .kernel(let errno), .system(let errno): error(.refused, errno)
      case .timedOut: error(.timedOut)
      case .truncatedReply: error(.truncatedReply)
      case .unexpectedReply: error(.unexpectedReply)
      case .library(let detail): error(.library, nil, detail)
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

extension Errno {
  /// Whether the kernel lacks the netlink protocol to open a socket of.
  package var meansNoNetlink: Bool { [.protocolNotSupported, .addressFamilyNotSupported].contains(self) }

  fileprivate var meansRefusal: Bool { [.notPermitted, .permissionDenied].contains(self) }
}
