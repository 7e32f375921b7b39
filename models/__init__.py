"""What the data means: contracts, catalogue, estimators, simulation, the disclosure gate.

Nothing here touches files, a database, Dagster or Plotly; everything takes values and returns values.
"""
