// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import IPVS

/// Network namespaces that only another mount namespace has bound.
@Suite struct NamespacesElsewhereTests {
  @Test(arguments: [true, false])
  func `are listed once, by the path that reaches them`(includingProcesses: Bool) async throws {
    try await withTemporaryDirectory { directory in
      let foreign = try ForeignMounts(
        in: directory,
        """
        mkdir -p netns var; bind netns/b; bind netns/a; : > netns/again; mount --bind netns/b netns/again
        : > netns/left; : > netns/host; mount --bind /proc/self/ns/net netns/host
        bind var/hidden; mount -t tmpfs none var
        """)
      let inside = directory.appending("netns")
      let list = try NamespaceList(includingProcesses: includingProcesses)
      let found = list.namespaces.filter { $0.name.hasPrefix("/proc/\(foreign.process)/root/") }
      #expect(found.map(\.name) == ["a", "again"].map { foreign.path(inside).string + "/" + $0 })
      #expect(
        found.map(\.paths) == [["a"], ["again", "b"]].map { $0.map { foreign.path(inside).appending($0) } })
      #expect(found.map(\.namespace) == found.map { .path(FilePath($0.name)) })
      #expect(try found.map(\.fileIdentity) == found.map { try NamespaceIdentity(FilePath($0.name)) })
      #expect(Set(list.namespaces.map(\.identity)).count == list.namespaces.count)
      #expect(!list.leftovers.contains { $0.string.contains(directory.string) })
      // A policy may name them as the processes there do.
      let last = try #require(found.last)
      #expect(
        last.namespace.paths(last)
          == ["again", "b"].flatMap { ["\(foreign.path(inside))/\($0)", "\(inside)/\($0)"] })
    }
  }

  @Test func `are named where somebody looks for them`() async throws {
    try await withTemporaryDirectory { directory in
      let name = try #require(directory.lastComponent)
      let foreign = try ForeignMounts(in: directory, "mkdir netns; bind 'netns/\(name)'")
      let inside = directory.appending("netns").appending(name)
      let path = foreign.path(inside)
      #expect(NetworkNamespace.named(name.string).boundElsewhere == path)
      #expect(NetworkNamespace.path(inside).boundElsewhere == path)
      for none: NetworkNamespace in [.current, .named("netns"), .path(directory), .process(1)] {
        #expect(none.boundElsewhere == nil)
      }
      for (namespace, isLookedFor) in [
        (.named("x"), true), (.path("/data/x"), true), (.path("/run/netns/x"), false),
        (.path("/run/docker/netns/x"), false), (.path(path), false), (.process(1), false), (.current, false),
      ] as [(NetworkNamespace, Bool)] {
        #expect(namespace.isLookedForElsewhere == isLookedFor)
      }
      #expect(
        throws: IPVSError(
          .noSuchNamespace, .lookForUse, in: .named(name.string), errno: .noSuchFileOrDirectory, detail: path.string)
      ) { _ = try NetworkNamespace.named(name.string).isInUse() }
      // The file is there, but here it is no namespace.
      try inside.write("")
      #expect(
        throws: IPVSError(
          .notANamespace, .lookForUse, in: .path(inside), errno: .invalidArgument, detail: path.string)
      ) { _ = try NetworkNamespace.path(inside).isInUse() }
      #expect(try !NetworkNamespace.path(path).isInUse())
    }
  }

  @Test func `can be added to a list by a path`() async throws {
    try await withTemporaryDirectory { directory in
      let foreign = try ForeignNamespace()
      for (name, target) in [
        ("net", foreign.path.string), ("uts", "/proc/self/ns/uts"), ("own", "/proc/self/ns/net"), ("dead", "/no/such"),
      ] {
        try #require(symlink(target, directory.appending(name).string) == 0)
      }
      try directory.appending("file").write("")
      var list = try NamespaceList(includingProcesses: false)
      let count = list.namespaces.count
      for name in ["file", "uts", "dead", "none"] { list.add(at: directory.appending(name)) }
      #expect(list.namespaces.count == count)
      let link = directory.appending("net")
      list.add(at: link)
      list.add(at: link)
      #expect(list.namespaces.count == count + 1)
      let added = try #require(list.info(for: .process(foreign.process)))
      #expect(added.namespace == .path(link) && added.name == link.string && added.paths == [link])
      // The caller's own stays the caller's own.
      list.add(at: directory.appending("own"))
      #expect(list.namespaces.count == count + 1)
      #expect(list.namespaces.first?.namespace == .current)
      #expect(list.namespaces.first?.paths.last == directory.appending("own"))
    }
  }

  @Test func `cannot be added by paths that could not be looked up, and the reason is returned`() throws {
    var list = try NamespaceList(includingProcesses: false)
    let reasons: [Errno?] = [nil, .permissionDenied, .fileTooLarge]
    let found = list.add(at: reasons) { reason, _ throws(Errno) in
      if let reason { throw reason }
      return ["/no/such"]
    }
    #expect(found == reasons)
    #expect(list.add(at: [0], within: .zero) { _, _ in ["/no/such"] } == [.canceled])
  }

  /// Eight threads look them up.
  ///
  /// When all of them hang, the rest is not tried.
  @Test func `cannot be added by paths that were not tried, because others took the time`() throws {
    let release = DispatchSemaphore(value: 0)
    defer { for _ in 0..<8 { release.signal() } }
    var list = try NamespaceList(includingProcesses: false)
    let found = list.add(at: Array(0..<12), within: .seconds(1)) { _, _ in
      release.wait()
      return []
    }
    #expect(found == Array(repeating: .timedOut, count: 8) + Array(repeating: .canceled, count: 4))
  }
}

extension NamespaceList {
  /// Adds the namespace at a path.
  fileprivate mutating func add(at path: FilePath) { #expect(add(at: [path]) { path, _ in [path] } == [nil]) }
}
