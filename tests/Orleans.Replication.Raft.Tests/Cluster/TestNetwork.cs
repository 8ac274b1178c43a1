using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>
/// Real sockets on loopback between the members of one test, with faults: a member can be cut off, and a direction can be made to swallow
/// everything. Each connection begins with the dialler's id, which stands in for the proof of a secure transport.
/// </summary>
internal sealed class TestNetwork
{
    private readonly ConcurrentDictionary<(string From, string To), byte> _cut = new();
    private readonly ConcurrentDictionary<(string From, string Protocol), byte> _mute = new();
    private readonly ConcurrentDictionary<TestConnection, byte> _connections = new();
    private readonly ConcurrentDictionary<string, byte> _hung = new();
    private readonly ConcurrentDictionary<string, byte> _roundsHung = new();
    private readonly ConcurrentDictionary<string, byte> _silenced = new();
    private readonly ConcurrentDictionary<string, string> _aliases = new();
    private readonly ConcurrentDictionary<(string Member, string Protocol), IPEndPoint> _addresses = new();

    /// <summary>Separates a member from all others: open connections break, new ones fail.</summary>
    public void Isolate(string member, IEnumerable<string> all)
    {
        foreach (var other in all.Where(id => id != member))
            Cut(member, other);
    }

    public void Cut(string a, string b)
    {
        _cut[(a, b)] = 0;
        _cut[(b, a)] = 0;
        Break(a, b);
    }

    /// <summary>Open connections between two members break; new ones can be made.</summary>
    public void Break(string a, string b)
    {
        foreach (var connection in _connections.Keys.Where(c => (c.From == a && c.To == b) || (c.From == b && c.To == a)))
            connection.Abort();
    }

    /// <summary>A member can dial nobody over one of its protocols; what others send it, and its other protocol, goes on.</summary>
    public void Mute(string member, string protocol)
    {
        _mute[(member, protocol)] = 0;
        foreach (var connection in _connections.Keys.Where(c => c.From == member && c.Protocol == protocol))
            connection.Abort();
    }

    /// <summary>A member can dial one other no longer; the other direction goes on.</summary>
    public void MuteTo(string member, string other)
    {
        _cut[(member, other)] = 0;
        foreach (var connection in _connections.Keys.Where(c => c.From == member && c.To == other))
            connection.Abort();
    }

    /// <summary>A member can be reached by another name.</summary>
    public void Alias(string name, string member) => _aliases[name] = member;

    public void Heal()
    {
        _cut.Clear();
        _mute.Clear();
    }

    /// <summary>A member hangs, as if its process were stopped: its connections stay, and nothing comes through them.</summary>
    public void Hang(string member)
    {
        foreach (var connection in _connections.Keys.Where(c => c.From == member || c.To == member))
            connection.Gate.Close();
        _hung[member] = 0;
    }

    /// <summary>What a member sends hangs, so that it does not notice; who dials it fails at once.</summary>
    public void Silence(string member, IEnumerable<string> all)
    {
        foreach (var other in all.Where(id => id != member))
            _cut[(other, member)] = 0;
        _silenced[member] = 0;
        foreach (var connection in _connections.Keys)
        {
            if (connection.From == member)
                connection.Gate.Close();
            else if (connection.To == member)
                connection.Abort();
        }
    }

    /// <summary>A member's Raft messages, to it and from it, do not come through; what it is asked beside them does.</summary>
    public void HangRounds(string member)
    {
        _roundsHung[member] = 0;
        foreach (var connection in _connections.Keys.Where(AreRoundsHung))
            connection.Gate.Close();
    }

    /// <summary>The members that hang go on.</summary>
    public void Resume()
    {
        _hung.Clear();
        _roundsHung.Clear();
        _silenced.Clear();
        foreach (var connection in _connections.Keys)
            connection.Gate.Open();
    }

    public IConnectionFactory Dialler(string from, string protocol) => new Factory(this, from, protocol);

    public IConnectionListener Listen(string member, string protocol) => new Listener(this, member, protocol);

    /// <summary>Who is at the other end, as the first bytes of the connection said.</summary>
    public static string? Identify(ConnectionContext connection) => (connection as TestConnection)?.Peer;

    private void Register(TestConnection connection)
    {
        _connections[connection] = 0;
        if (_hung.ContainsKey(connection.From) || _hung.ContainsKey(connection.To) || _silenced.ContainsKey(connection.From) || AreRoundsHung(connection))
            connection.Gate.Close();
        if (IsCut(connection.From, connection.To, connection.Protocol))
            connection.Abort();
    }

    private bool AreRoundsHung(TestConnection connection) =>
        connection.Protocol == "raft" && (_roundsHung.ContainsKey(connection.From) || _roundsHung.ContainsKey(connection.To));

    private bool IsCut(string from, string to, string protocol) => _cut.ContainsKey((from, to)) || _mute.ContainsKey((from, protocol));

    private sealed class Factory(TestNetwork network, string from, string protocol) : IConnectionFactory
    {
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var to = ((DnsEndPoint)endpoint).Host;
            to = network._aliases.GetValueOrDefault(to, to);
            if (network.IsCut(from, to, protocol) || !network._addresses.TryGetValue((to, protocol), out var address))
                throw new IOException($"{to} is not connected.");
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, cancellationToken);
                await socket.SendAsync(Encoding.UTF8.GetBytes(from.PadRight(32)), SocketFlags.None, cancellationToken);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            var connection = new TestConnection(socket, protocol, from, to, to, c => network._connections.TryRemove(c, out _));
            network.Register(connection);
            return connection;
        }
    }

    private sealed class Listener : IConnectionListener
    {
        private readonly TestNetwork _network;
        private readonly string _member;
        private readonly string _protocol;
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public Listener(TestNetwork network, string member, string protocol)
        {
            (_network, _member, _protocol) = (network, member, protocol);
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _socket.Listen();
            network._addresses[(member, protocol)] = (IPEndPoint)_socket.LocalEndPoint!;
        }

        public EndPoint EndPoint => _socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                Socket accepted;
                try
                {
                    accepted = await _socket.AcceptAsync(cancellationToken);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return null;
                }

                accepted.NoDelay = true;
                if (await ReadIdAsync(accepted, cancellationToken) is not { } from)
                {
                    // The dialler has gone already.
                    accepted.Dispose();
                    continue;
                }

                var connection = new TestConnection(accepted, _protocol, from, _member, from, c => _network._connections.TryRemove(c, out _));
                _network.Register(connection);
                return connection;
            }
        }

        private static async Task<string?> ReadIdAsync(Socket accepted, CancellationToken cancellationToken)
        {
            var id = new byte[32];
            try
            {
                for (var read = 0; read < id.Length;)
                {
                    var count = await accepted.ReceiveAsync(id.AsMemory(read), SocketFlags.None, cancellationToken);
                    if (count == 0)
                        return null;
                    read += count;
                }
            }
            catch (SocketException)
            {
                return null;
            }

            return Encoding.UTF8.GetString(id).Trim();
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _network._addresses.TryRemove((_member, _protocol), out _);
            _socket.Dispose();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
