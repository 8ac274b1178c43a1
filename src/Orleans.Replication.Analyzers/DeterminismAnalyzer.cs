using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Orleans.Replication.Analyzers.Reach;

namespace Orleans.Replication.Analyzers;

/// <summary>
/// Finds what makes an operation come to different answers on different replicas (SAFETY 8): in each implementation of
/// <c>IReplicatedOperation&lt;,&gt;.Apply</c>, and in what it calls in the same compilation.
/// </summary>
/// <remarks>
/// What a referenced assembly does is not looked at, except for the base class library's members that the rules name. Calls through virtual
/// and interface members count as calls to every implementation in the compilation.
/// </remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeterminismAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. DeterminismRules.All.SelectMany(rule => new[] { rule.Direct, rule.Reached })];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        // Generated code is not reported, but an operation may call it.
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        if (Operations.Find(context.Compilation) is not { } operations)
            return;

        var bodies = new ConcurrentBag<BodySummary>();
        var types = new ConcurrentBag<INamedTypeSymbol>();
        context.RegisterSymbolAction(symbol => types.Add((INamedTypeSymbol)symbol.Symbol), SymbolKind.NamedType);
        context.RegisterOperationBlockAction(block =>
        {
            var body = BodyReader.Read(block.OwningSymbol, block.OperationBlocks, block.CancellationToken);
            bodies.Add(body);
            if (block.OwningSymbol is IMethodSymbol method && operations.Implements(method))
                foreach (var finding in body.FindingsOf(method))
                    block.ReportDiagnostic(Diagnostic.Create(finding.Rule.Direct, finding.Location, finding.What, Way.Name(method)));
        });
        context.RegisterCompilationEndAction(end =>
        {
            var graph = new CallGraph(bodies, types, operations);
            foreach (var (finding, way) in graph.Reached(end.CancellationToken))
                end.ReportDiagnostic(Diagnostic.Create(finding.Rule.Reached, finding.Location, finding.What, way));
        });
    }
}
