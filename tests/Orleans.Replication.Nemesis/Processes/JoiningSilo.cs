namespace Orleans.Replication.Nemesis.Processes;

/// <summary>Prepares silos that are added to a group which runs.</summary>
internal static class JoiningSilo
{
    /// <summary>Makes a silo with an identity, ports and a folder of its own. It waits, once it is started, until it is added.</summary>
    /// <param name="root">The folder for its own.</param>
    /// <param name="name">Its name, and that of its folder.</param>
    /// <param name="members">The addresses of members of the group; none for a silo that begins it.</param>
    /// <param name="cancellationToken">Ends the wait for its identity.</param>
    public static async Task<KeyValueSilo> PrepareAsync(string root, string name, IEnumerable<string> members, CancellationToken cancellationToken)
    {
        var data = Path.Combine(root, name);
        var ports = LoopbackPorts.Take(4);
        var peerId = await Keygen.RunAsync(data, cancellationToken);
        var listen = $"/ip4/127.0.0.1/tcp/{ports[3]}";
        var address = $"{listen}/p2p/{peerId}";
        var known = string.Join(',', members);
        return new KeyValueSilo(
            name,
            peerId,
            [
                "--data", data,
                "--silo-port", $"{ports[0]}",
                "--gateway-port", $"{ports[1]}",
                "--http", $"{ports[2]}",
                "--listen", listen,
                .. known.Length > 0 ? (string[])["--join", known] : ["--peers", address],
            ],
            ports[2],
            Path.Combine(root, $"{name}.log"))
        { Address = address };
    }
}
