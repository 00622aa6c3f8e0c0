// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Linux
package import Netlink
public import SystemPackage
internal import Text

/// The error of this library: what was attempted, the kind of failure, and the kernel's errno.
///
/// ``description`` is a sentence for people. Programs decide by ``code``:
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
  /// The operation that failed.
  public let operation: Operation
  /// The network namespace of the operation.
  public let namespace: NetworkNamespace
  /// The timeouts that were sent to the kernel before the failure; `nil` if none were sent.
  public let timeouts: Timeouts?
  /// The errno of the kernel or of the system call, unchanged; `nil` if there was none.
  public let underlyingErrno: Errno?
  /// More about the failure: libnl's own words, a line that was not recognised, the path at which a namespace of this
  /// name is bound instead, or the meaning of a code of a later version.
  public let detail: String?

  /// Creates an error, for example to test how your own code handles it.
  ///
  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - operation: The operation that failed.
  ///   - namespace: The network namespace of the operation.
  ///   - timeouts: The timeouts that were sent to the kernel before the failure.
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
  /// True if the answer to the change is missing or cannot be read, and if only reading back failed. Then read the
  /// timeouts again.
  public var mayHaveSetTimeouts: Bool {
    timeouts != nil
      && (operation != .setTimeouts || [.timedOut, .answerLost, .truncatedReply, .unexpectedReply].contains(code))
  }
}

extension IPVSError {
  /// An operation on IPVS.
  ///
  /// Later versions may have more operations.
  public struct Operation: RawRepresentable, Sendable, Hashable {
    /// The name of the operation, in words joined by `-`.
    public let rawValue: String
    /// The words after "cannot" in a sentence.
    let words: String
    /// The part of the system that the operation is about.
    let subject: Subject

    /// The part of the system that an operation is about.
    ///
    /// It decides how the sentence about a failure reads.
    package enum Subject: Sendable {
      /// IPVS in one network namespace.
      case ipvs
      /// Another part of one network namespace.
      case namespace
      /// The whole machine, independent of the network namespace.
      case machine
    }

    /// Creates an operation from its name.
    ///
    /// An unknown operation is described by the words of its name.
    public init(rawValue: String) {
      self =
        Operation.known.first { $0.rawValue == rawValue }
        ?? Operation(rawValue, rawValue.replacingEach("-", with: " "))
    }

    /// Defines an operation.
    ///
    /// - Parameters:
    ///   - name: Its name, in words joined by `-`.
    ///   - words: The words after "cannot" in a sentence.
    ///   - subject: The part of the system that it is about.
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
    .startDaemon, .stopDaemon, .renewConnections,
  ]

  /// Entering the namespace, opening a socket, and looking up the family `IPVS`.
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
  /// Reading the sync daemons, with `IP_VS_SO_GET_DAEMON`.
  public static let readDaemons = IPVSError.Operation("read-daemons", "ask for the sync daemons")
  /// Reading the timeouts, with `IPVS_CMD_GET_CONFIG` or `IP_VS_SO_GET_TIMEOUT`.
  public static let readTimeouts = IPVSError.Operation("read-timeouts", "read the timeouts")
  /// Setting ``IPVSError/timeouts``, with `IPVS_CMD_SET_CONFIG` or `IP_VS_SO_SET_TIMEOUT`.
  public static let setTimeouts = IPVSError.Operation("set-timeouts", "set the timeouts")
}

extension IPVSError {
  /// A kind of failure.
  ///
  /// Later versions may have more kinds.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// The name of the kind, in words joined by `-`.
    public let rawValue: String

    /// Creates a kind from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// This kernel has no IPVS, neither built in nor as a module.
    public static let notInKernel = Code(rawValue: "not-in-kernel")
    /// IPVS is not loaded, and the modules of this kernel are not visible, as in a container.
    public static let modulesNotVisible = Code(rawValue: "modules-not-visible")
    /// The module ip_vs is installed for this kernel, but the kernel did not load it.
    public static let moduleNotLoaded = Code(rawValue: "module-not-loaded")
    /// Loading of kernel modules is disabled (`kernel.modules_disabled`), and ip_vs is not loaded.
    public static let moduleLoadingDisabled = Code(rawValue: "module-loading-disabled")
    /// The module ip_vs was unloaded after the client was opened.
    ///
    /// It may be loaded again by now.
    public static let unloaded = Code(rawValue: "unloaded")
    /// The caller is not root, and has not the capability that is needed (CAP_NET_ADMIN).
    public static let notRoot = Code(rawValue: "not-root")
    /// The caller is root, but without the capability CAP_NET_ADMIN.
    public static let missingCapability = Code(rawValue: "missing-capability")
    /// The caller is root of a user namespace other than the initial one, which netlink refuses.
    ///
    /// ``SocketOptionClient`` may work.
    public static let userNamespace = Code(rawValue: "user-namespace")
    /// The network namespace belongs to another user namespace, in which the caller has no rights.
    public static let foreignNamespace = Code(rawValue: "foreign-namespace")
    /// There is no such network namespace, or it has ended.
    public static let noSuchNamespace = Code(rawValue: "no-such-namespace")
    /// The file is not a network namespace: one has left it behind, or it is something else.
    public static let notANamespace = Code(rawValue: "not-a-namespace")
    /// The caller is root, but may not enter the network namespace.
    public static let mayNotEnter = Code(rawValue: "may-not-enter")
    /// The kernel refused a value, and has set none of the values.
    public static let valueRefused = Code(rawValue: "value-refused")
    /// Connections cannot be renewed here: a backup daemon runs, so they belong to another director.
    public static let backupDaemonRuns = Code(rawValue: "backup-daemon-runs")
    /// Connections cannot be renewed here: the backup daemon of another renewal runs, perhaps of one that was killed.
    public static let renewalDaemonRuns = Code(rawValue: "renewal-daemon-runs")
    /// Connections cannot be renewed here: while a backup daemon runs, this director would forward nothing
    /// (`net.ipv4.vs.backup_only`).
    public static let backupOnly = Code(rawValue: "backup-only")
    /// Connections cannot be renewed here: the loopback interface is down.
    public static let loopbackDown = Code(rawValue: "loopback-down")
    /// Connections cannot be renewed here: a service has real servers with addresses of another family, and the kernel
    /// then starts no sync daemon.
    public static let mixedAddressFamilies = Code(rawValue: "mixed-address-families")
    /// Connections cannot be renewed here: the messages of the renewal do not arrive on the loopback interface.
    public static let messagesLost = Code(rawValue: "messages-lost")
    /// The timeouts changed while connections were renewed.
    public static let timeoutsChanged = Code(rawValue: "timeouts-changed")
    /// The kernel or the system refused for another reason, which the errno names.
    public static let refused = Code(rawValue: "refused")
    /// There was no answer in time.
    public static let timedOut = Code(rawValue: "timed-out")
    /// The answer to a change could not be received, for a reason that the errno names.
    public static let answerLost = Code(rawValue: "answer-lost")
    /// The answer was cut short.
    ///
    /// This is a bug.
    public static let truncatedReply = Code(rawValue: "truncated-reply")
    /// The answer does not match the request.
    ///
    /// This is a bug.
    public static let unexpectedReply = Code(rawValue: "unexpected-reply")
    /// libnl itself failed.
    ///
    /// This is a bug.
    public static let library = Code(rawValue: "library")
  }
}

extension IPVSError {
  /// Translates a failure on the socket.
  ///
  /// Only after a failure, it asks the system for the reason.
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
      // The kernel no longer knows the number of the family, which was looked up when the client was opened.
      case .kernel(.noSuchFileOrDirectory): error(.unloaded, .noSuchFileOrDirectory)
      case .system(let errno) where operation == .open && errno.meansNoNetlink: error(.notInKernel, errno)
      case .kernel(.notPermitted): error(Privilege.whyRefused(), .notPermitted)
      case .kernel(.invalidArgument) where operation == .setTimeouts: error(.valueRefused, .invalidArgument)
      case .kernel(let errno), .system(let errno): error(.refused, errno)
      case .answerLost(let errno): error(.answerLost, errno)
      case .timedOut: error(.timedOut)
      case .truncatedReply: error(.truncatedReply)
      case .unexpectedReply: error(.unexpectedReply)
      case .library(let detail): error(.library, nil, detail)
      }
  }
}

extension IPVSError {
  /// Translates a failure to enter a namespace.
  package init(_ failure: NamespaceError, during operation: Operation, in namespace: NetworkNamespace) {
    switch failure {
    case .notOpened(let errno) where [.noSuchFileOrDirectory, .notDirectory, .noSuchProcess].contains(errno):
      let elsewhere = namespace.isLookedForElsewhere ? namespace.boundElsewhere : nil
      self.init(.noSuchNamespace, operation, in: namespace, errno: errno, detail: elsewhere?.string)
    case .notOpened(let errno) where errno.meansRefusal, .notEntered(let errno) where errno.meansRefusal:
      self.init(Privilege.whyNotEntered(), operation, in: namespace, errno: errno)
    case .notANamespace(let errno):
      self.init(.notANamespace, operation, in: namespace, errno: errno, detail: namespace.boundElsewhere?.string)
    case .notOpened(let errno), .notEntered(let errno), .noThread(let errno):
      self.init(.refused, operation, in: namespace, errno: errno)
    case .timedOut:
      self.init(.timedOut, operation, in: namespace)
    }
  }
}

extension Errno {
  /// Whether the kernel lacks the netlink protocol of a socket.
  package var meansNoNetlink: Bool { [.protocolNotSupported, .addressFamilyNotSupported].contains(self) }

  fileprivate var meansRefusal: Bool { [.notPermitted, .permissionDenied].contains(self) }
}
