"""What `streamlit run` is given: starts the screens, nothing else."""

from advisor.web.main import main

main()
