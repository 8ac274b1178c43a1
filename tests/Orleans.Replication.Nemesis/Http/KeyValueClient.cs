using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orleans.Replication.Nemesis.Http;

/// <summary>The HTTP surface of one silo, with every answer sorted by what a client may conclude from it. Never throws for a fault.</summary>
internal sealed class KeyValueClient(int port) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Writes a value.</summary>
    public Task<CallResult<byte[]>> PutAsync(string key, byte[] value, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"/kv/{key}", new ByteArrayContent(value), cancellationToken);

    /// <summary>Deletes a value that exists.</summary>
    public Task<CallResult<byte[]>> DeleteAsync(string key, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"/kv/{key}", content: null, cancellationToken);

    /// <summary>Reads a value linearizably; an empty answer when the key does not exist.</summary>
    public Task<CallResult<byte[]>> GetAsync(string key, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"/kv/{key}", content: null, cancellationToken);

    /// <summary>Adds to a counter, and answers its new value.</summary>
    public async Task<CallResult<long>> AddAsync(string counter, long amount, CancellationToken cancellationToken)
    {
        var body = new StringContent(amount.ToString(CultureInfo.InvariantCulture));
        return (await SendAsync(HttpMethod.Post, $"/counters/{counter}/add", body, cancellationToken)).Map(ToNumber);
    }

    /// <summary>Reads a counter linearizably.</summary>
    public Task<CallResult<long>> ReadCounterAsync(string counter, CancellationToken cancellationToken) =>
        ReadCounterAsync(counter, "linearizable", cancellationToken);

    /// <summary>Reads a counter.</summary>
    public async Task<CallResult<long>> ReadCounterAsync(string counter, string consistency, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, $"/counters/{counter}?consistency={consistency}", content: null, cancellationToken)).Map(ToNumber);

    /// <summary>The silo's own account of itself; null while it gives none.</summary>
    public async Task<SiloStatus?> GetStatusAsync(CancellationToken cancellationToken)
    {
        var result = await SendAsync(HttpMethod.Get, "/status", content: null, cancellationToken);
        return result.Outcome == CallOutcome.Acknowledged ? SiloStatus.Parse(result.Value!) : null;
    }

    /// <summary>Has a silo added as a voter. Acknowledged when it is one; of unknown outcome while it catches up: the same call goes on from there.</summary>
    public Task<CallResult<byte[]>> AddMemberAsync(string address, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/admin/members", JsonContent.Create(new { address }), cancellationToken);

    /// <summary>Has a member removed.</summary>
    public Task<CallResult<byte[]>> RemoveMemberAsync(string peerId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"/admin/members/{peerId}", content: null, cancellationToken);

    /// <summary>Asks for leadership to be handed to a member: 202, of unknown outcome here, since only the status tells who leads next.</summary>
    public Task<CallResult<byte[]>> TransferLeadershipAsync(string peerId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/admin/transfer-leadership?to={peerId}", content: null, cancellationToken);

    /// <summary>Has a silo take a snapshot of its replica.</summary>
    /// <returns>The log index of the snapshot.</returns>
    public async Task<CallResult<long>> TakeSnapshotAsync(CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Post, "/admin/snapshot", content: null, cancellationToken)).Map(
            body => JsonDocument.Parse(body).RootElement.GetProperty("index").GetInt64());

    /// <summary>The status code of <c>/health/live</c> or <c>/health/ready</c>; 0 when there is no answer.</summary>
    public async Task<int> GetHealthAsync(string check, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync($"/health/{check}", cancellationToken);
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<CallResult<byte[]>> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.StatusCode switch
            {
                HttpStatusCode.OK or HttpStatusCode.NoContent => CallResult<byte[]>.Acknowledged(body),
                HttpStatusCode.NotFound when method == HttpMethod.Get => CallResult<byte[]>.Acknowledged([]),
                HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict => new(CallOutcome.NotWritten) { Reason = Answer() },
                HttpStatusCode.Accepted => new(CallOutcome.Unknown) { Reason = Answer() },
                >= HttpStatusCode.InternalServerError => new(CallOutcome.Unknown) { Reason = Answer() },
                _ => throw new InvalidOperationException(Answer()),
            };

            string Answer() => $"{method} {path} answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}";
        }
        catch (HttpRequestException error)
        {
            return new(error.HttpRequestError == HttpRequestError.ConnectionError ? CallOutcome.NotWritten : CallOutcome.Unknown) { Reason = error.Message };
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
        {
            // The last comes bare from a connection that is lost in the very moment it is made.
            return new(CallOutcome.Unknown) { Reason = error.Message };
        }
    }

    private static long ToNumber(byte[] body) => long.Parse(Encoding.ASCII.GetString(body), CultureInfo.InvariantCulture);
}
