// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import SystemPackage
import Testing

extension RealKernel {
  /// The library in many namespaces: its caller stays where it is, with the files that it has.
  @Suite(.clearingUp) struct NamespaceClientTests {
    private let netns = Namespace.current

    @Test func opensAnother() async throws {
      let red = try await Neighbours.add("red")[0]
      let before = try own()
      let client = try Client(in: .named("red"))
      try client.setTimeouts(Timeouts(udp: 60))
      #expect(try client.timeouts() == Timeouts(tcp: 900, tcpFin: 120, udp: 60))
      #expect(try own() == before)
      expect(try await red.timeouts(), equals: "900 120 60")
      expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
      #expect(throws: IPVSError(.noSuchNamespace, .open, in: .named("nosuch"), errno: .noSuchFileOrDirectory)) {
        _ = try Client(in: .named("nosuch"))
      }
      #expect(try own() == before)
    }

    @Test func opensOneHundredWithFewFiles() async throws {
      let names = (100..<200).map { "n\($0)" }
      try await Guest.output(["sh", "-c", "seq -f 'netns add n%g' 100 199 | ip -batch -"])
      try await Namespace(name: "n142").set(11, 12, 13)
      let (namespace, files) = (try own(), openFiles)
      var most = files
      var all: [Timeouts] = []
      do {
        var clients = ClientSequence(in: names.map(NetworkNamespace.named), like: try Client())
        while let client = try clients.next() {
          all.append(try client.timeouts())
          most = max(most, openFiles)
        }
      }
      #expect(all.count == 100)
      #expect(all[42] == Timeouts(tcp: 11, tcpFin: 12, udp: 13))
      #expect(all.count { $0 == .kernelDefault } == 99)
      #expect(most > files)
      #expect(most <= files + 40)
      #expect(openFiles == files)
      #expect(try own() == namespace)
    }

    @Test func leavesNoFileOfThoseThatNobodyAskedFor() async throws {
      try await Guest.output(["sh", "-c", "seq -f 'netns add n%g' 100 149 | ip -batch -"])
      let files = openFiles
      do {
        var clients = ClientSequence(in: (100..<150).map { .named("n\($0)") }, like: try Client())
        #expect(try clients.next()?.timeouts() == .kernelDefault)
        #expect(openFiles > files)
      }
      #expect(openFiles == files)
    }

    @Test func isUsedByThreadsAtOnce() async throws {
      let namespaces = try await Neighbours.add("red", "blue")
      try await namespaces[0].set(11, 12, 13)
      try await namespaces[1].set(21, 22, 23)
      let files = openFiles
      async let red = readings(of: "red")
      async let blue = readings(of: "blue")
      let answers = try await [red, blue]
      #expect(answers[0] == Set([Timeouts(tcp: 11, tcpFin: 12, udp: 13)]))
      #expect(answers[1] == Set([Timeouts(tcp: 21, tcpFin: 22, udp: 23)]))
      #expect(openFiles == files)
    }

    @Test func listsThem() async throws {
      let red = try await Neighbours.add("red")[0]
      try await Neighbours.bindForDocker(red, as: "also-red")
      try await Neighbours.bindForDocker(.initial, as: "default")
      let (namespace, files) = (try own(), openFiles)
      let listing = try NamespaceList()
      #expect(listing.namespaces.map(\.name) == ["host", "red", netns.name])
      #expect(
        listing.namespaces.map(\.paths)
          == [
            ["/run/docker/netns/default"], ["/run/netns/red", "/run/docker/netns/also-red"],
            [FilePath("/run/netns/\(netns.name ?? "")")],
          ])
      #expect(listing.hiddenProcesses == 0)
      #expect(listing.info(for: .path("/run/docker/netns/also-red"))?.name == "red")
      #expect(listing.info(for: .named("default"))?.namespace == .current)
      #expect(listing.info(for: .named("nosuch")) == nil)
      #expect(try NetworkNamespace.named("red").isInUse() == false)
      #expect(try own() == namespace)
      #expect(openFiles == files)
    }

    /// Reads the facts about a namespace many times, on a thread of the pool.
    private func readings(of name: String) async throws -> Set<Timeouts> {
      let before = try own()
      var readings: Set<Timeouts> = []
      for _ in 0..<50 {
        var clients = ClientSequence(in: [.named(name), .named(name)], like: try Client())
        while let client = try clients.next() { readings.insert(try client.timeouts()) }
        readings.insert(try Client(in: .named(name)).timeouts())
      }
      #expect(try own() == before)
      return readings
    }

    /// The network namespace of the calling thread.
    private func own() throws -> String {
      var name = [UInt8](repeating: 0, count: 64)
      let count = readlink("/proc/thread-self/ns/net", &name, name.count)
      guard count > 0 else { throw Errno(rawValue: errno) }
      return String(decoding: name[..<count], as: UTF8.self)
    }

    /// How many files this process has open, the directory that is read to find out among them.
    private var openFiles: Int {
      guard let directory = opendir("/proc/self/fd") else { return -1 }
      defer { closedir(directory) }
      var count = 0
      while readdir(directory) != nil { count += 1 }
      return count
    }
  }
}
