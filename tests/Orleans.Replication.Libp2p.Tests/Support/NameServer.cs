using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>A DNS server on loopback (RFC 1035) that answers for the addresses and texts it was given. Names it does not know have no records.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private const ushort TypeA = 1;
    private const ushort TypeText = 16;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentDictionary<(string Name, ushort Type), byte[][]> _records = new();
    private readonly Task _serving;
    private int _queries;

    internal NameServer() => _serving = ServeAsync();

    internal IPEndPoint EndPoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    internal int Queries => Volatile.Read(ref _queries);

    internal void SetAddresses(string name, params IPAddress[] addresses) =>
        _records[(name, TypeA)] = [.. addresses.Select(address => address.GetAddressBytes())];

    internal void SetTexts(string name, params string[] texts) =>
        _records[(name, TypeText)] = [.. texts.Select(text => (byte[])[(byte)text.Length, .. Encoding.ASCII.GetBytes(text)])];

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving.InTimeAsync("the name server ends");
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                Interlocked.Increment(ref _queries);
                await _socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // Disposed of.
        }
    }

    private byte[] Answer(byte[] query)
    {
        var at = 12; // Behind the header.
        List<string> labels = [];
        for (; query[at] != 0; at += query[at] + 1)
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
        at++;
        var type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at));
        var question = query[12..(at + 4)];
        var records = _records.GetValueOrDefault((string.Join('.', labels), type), []);

        // The id, "an answer", one question, so many answers; each answer points at the question's name and may be kept for a minute.
        List<byte> answer = [query[0], query[1], 0x81, 0x80, 0, 1, 0, (byte)records.Length, 0, 0, 0, 0, .. question];
        foreach (var record in records)
            answer.AddRange([0xc0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(record.Length >> 8), (byte)record.Length, .. record]);
        return [.. answer];
    }
}
