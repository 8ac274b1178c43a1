using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Orleans.Replication;

/// <summary>
/// Spreads the calls that external clients make of this method of a replicated grain's interface over the replicas: they go to one gateway after the other, each answered by that
/// gateway's silo. Without it, a client sends everything that it asks one grain to one gateway, as long as that is there. Nothing changes for calls inside the cluster, which the
/// caller's own silo answers.
/// </summary>
/// <remarks>
/// For reads. Successive calls meet different replicas: a <see cref="ReadConsistency.Linearizable"/> read sees everything that was acknowledged, wherever it is answered; a
/// <see cref="ReadConsistency.Stale"/> one may see an older state than the client's last call, and may miss its own write.
/// <para>It is Orleans' <see cref="InvokeMethodOptions.Unordered"/>, which no attribute of its own asks for. The grain type's property of this name, and the obsolete
/// <c>[Unordered]</c>, have no effect in Orleans 10.</para>
/// </remarks>
[InvokableCustomInitializer(nameof(IRequest.AddInvokeMethodOptions), InvokeMethodOptions.Unordered)]
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnyReplicaAttribute : Attribute;
